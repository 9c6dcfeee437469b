/**
 * What the project's own processes have in common: TypeScript run by Node 24, configuration from
 * the environment, `/readyz`.
 *
 * @module
 */
import { join } from 'node:path'
import type { Component, ComponentName, Places, Port } from '../component.ts'
import { httpAnswers } from '../probe.ts'

export interface Paths {
  /** The process's own folder. */
  readonly folder: string
  /** Where the repository is. */
  readonly root: string
}

/**
 * Left alone, V8 lets the young generation grow to three times 32 MiB. Beside an old generation that is
 * bounded like ours it then collects everything, again and again: a third of the processor time of a
 * service that had 44 MiB in use.
 */
const youngMiB = 16

const inContainer: Paths = { folder: '/var/lib/matapalo', root: '/opt/matapalo' }

export interface NodeProcess {
  readonly name: ComponentName
  readonly entry: string
  readonly ports: Readonly<Record<string, Port>>
  /** Which port answers `/readyz`; `main` when absent. */
  readonly healthPort?: string
  readonly needs: readonly ComponentName[]
  readonly memoryMiB: number
  readonly heapMiB: number
  /** V8's young generation (each half); 16 when absent. */
  readonly semiSpaceMiB?: number
  environment(places: Places, paths: Paths): Readonly<Record<string, string>>
  /** Keeps a folder of its own, given to `environment`. */
  readonly keepsFiles?: boolean
}

export const nodeProcess = (definition: NodeProcess): Component => {
  const { name, entry, ports, needs, memoryMiB, heapMiB } = definition
  const healthPort = definition.healthPort ?? 'main'
  const flags = [
    `--max-old-space-size=${heapMiB}`,
    `--max-semi-space-size=${definition.semiSpaceMiB ?? youngMiB}`,
    '--disable-warning=ExperimentalWarning',
    '--disable-warning=TimeoutNegativeWarning',
  ]
  return {
    name,
    ports,
    needs,
    memoryMiB,
    entry,
    environment: (places) => definition.environment(places, inContainer),
    launch: (site) => ({
      command: process.execPath,
      args: [...flags, join(site.root, entry)],
      env: definition.environment(site.places, site),
    }),
    ready: (site) => httpAnswers(site.places.at(name, healthPort), '/readyz'),
    container: () => ({
      build: { dockerfile: 'Dockerfile' },
      command: ['node', ...flags, entry],
      ...(definition.keepsFiles === true ? { volume: inContainer.folder } : {}),
      health: [
        'CMD',
        'node',
        '-e',
        `fetch('http://127.0.0.1:${ports[healthPort]?.container}/readyz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))`,
      ],
    }),
  }
}
