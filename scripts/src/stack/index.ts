/**
 * The native stack: every process of the example, started, watched and ended by this process.
 *
 * @module
 */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { choose, portsFrom } from './choice.ts'
import type { Component, ComponentName, Places, Site } from './component.ts'
import { components } from './components/index.ts'
import { prepareDatabases } from './databases.ts'
import { eventful, makeEventTopics, startEventFeed } from './events.ts'
import {
  isRunning,
  makeFolder,
  readStackFile,
  removeFolder,
  removeLeftovers,
  root,
  shared,
  writeStackFile,
} from './instance.ts'
import { claimPorts } from './ports.ts'
import { pssOf } from './pss.ts'
import { type Secrets, secretsAfter } from './secrets.ts'
import { Supervised } from './supervised.ts'
import { urlsOf } from './urls.ts'

export type { ComponentName } from './component.ts'
export { componentNames } from './component.ts'
export { folderOf, readStackFile, type StackFile } from './instance.ts'

export interface StackOptions {
  /** Name of its folder under `.matapalo/`. */
  readonly instance: string
  /** These components and what they need; all that exist when absent. */
  readonly only?: readonly ComponentName[]
  /** Variables on top of the definitions, per component. */
  readonly env?: Readonly<Partial<Record<ComponentName, Readonly<Record<string, string>>>>>
  /** Keep data and logs at `stop`, and start from them next time. */
  readonly keep?: boolean
  /** Apply the schema migrations; true when absent. */
  readonly migrate?: boolean
}

export interface ProcessStatus {
  readonly name: ComponentName
  readonly state: string
  readonly pid: number | undefined
  readonly restarts: number
  readonly logFile: string
}

export interface Stack {
  readonly instance: string
  readonly folder: string
  /** `ports['edge-1'].main` */
  readonly ports: Readonly<Record<ComponentName, Readonly<Record<string, number>>>>
  /** Per component, and one per database account: `urls['monolith-db.matapalo_conductor']`. */
  readonly urls: Readonly<Record<string, string>>
  readonly credentials: Secrets
  /** Milliseconds from the call to all ready. */
  readonly startedMs: number
  status(): readonly ProcessStatus[]
  /** Sends a signal (SIGKILL when absent); what dies is started again within a second. */
  kill(name: ComponentName, signal?: NodeJS.Signals): void
  /** Stops and starts one process, with variables changed from now on; resolves when it is ready. */
  restart(name: ComponentName, env?: Readonly<Record<string, string>>): Promise<void>
  /** Variables changed from its next start on. */
  setEnv(name: ComponentName, env: Readonly<Record<string, string>>): void
  /** Ends one process until `restart`. */
  halt(name: ComponentName): Promise<void>
  ready(name: ComponentName, timeoutMs?: number): Promise<void>
  /** Memory in MiB (PSS) per running component. */
  pss(): Promise<Readonly<Partial<Record<ComponentName, number>>>>
  stop(): Promise<void>
}

/** A busy machine starts slowly; a process that keeps dying is noticed much earlier. */
const startLimitMs = 120_000

export async function startStack(options: StackOptions): Promise<Stack> {
  const began = performance.now()
  const { instance, keep = false } = options
  removeLeftovers()
  const before = readStackFile(instance)
  if (isRunning(before)) {
    throw new Error(`instance ${instance} runs already (supervisor ${before?.supervisor})`)
  }
  if (!keep) removeFolder(instance)
  const folder = makeFolder(instance)
  const chosen = choose(options.only)
  const offsets = components.flatMap(({ ports }) => Object.values(ports).map((one) => one.offset))
  const block = await claimPorts(offsets, keep ? before?.portBase : undefined)
  const ports = portsFrom(block.base)
  const secrets = secretsAfter(keep ? before?.credentials : undefined)
  const at: Places['at'] = (name, port = 'main') => ({
    host: '127.0.0.1',
    port: ports[name][port] as number,
  })
  const places: Places = { at, listen: at, secrets }
  const urls = urlsOf(places)
  writeStackFile({
    instance,
    supervisor: process.pid,
    temporary: !keep,
    components: chosen.map(({ name }) => name),
    ports,
    urls,
    credentials: secrets,
    portBase: block.base,
  })

  const processes = new Map<ComponentName, Supervised>()
  const killAll = (): void => {
    for (const one of processes.values()) one.signal('SIGKILL')
  }
  process.on('exit', killAll)

  const stop = async (): Promise<void> => {
    const last = [...processes.values()].reverse()
    if (keep) {
      // Those that use databases first, so that databases end without clients.
      for (const layer of [true, false]) {
        const now = last.filter(({ component }) => (component.entry !== undefined) === layer)
        await Promise.all(now.map((one) => one.stop(10_000)))
      }
    } else await Promise.all(last.map((one) => one.stop(0)))
    process.off('exit', killAll)
    block.release()
    if (!keep) removeFolder(instance)
  }

  const bringUp = async (component: Component): Promise<void> => {
    const own = join(folder, 'data', component.name)
    const prepared = `${own}.prepared`
    // A folder whose preparation was cut short is made again.
    if (!existsSync(prepared)) rmSync(own, { recursive: true, force: true })
    mkdirSync(own, { recursive: true })
    const site: Site = { places, folder: own, root, shared, temporary: !keep }
    if (!existsSync(prepared)) await component.prepare?.(site)
    writeFileSync(prepared, '')
    const log = join(folder, 'logs', `${component.name}.log`)
    const one = new Supervised(component, site, log, options.env?.[component.name] ?? {})
    processes.set(component.name, one)
    one.start()
    await one.ready(startLimitMs)
    if (component.name === 'kafka') await makeEventTopics(places)
  }

  try {
    const servers = chosen.filter(({ name }) => name.endsWith('-db'))
    const databases = Promise.all(servers.map(bringUp)).then(() =>
      prepareDatabases(places, servers, options.migrate ?? true),
    )
    const begun = new Map<ComponentName, Promise<void>>()
    for (const component of chosen) {
      const needs = component.needs.map((name) => begun.get(name))
      const isServer = servers.includes(component)
      begun.set(
        component.name,
        isServer ? databases : Promise.all(needs).then(() => bringUp(component)),
      )
    }
    const connect = begun.get('connect')
    // Instances without a service have no outbox to read.
    const feeds =
      connect === undefined || !chosen.some(({ name }) => eventful.includes(name))
        ? []
        : [Promise.all([connect, databases]).then(() => startEventFeed(places))]
    await settled([...begun.values(), ...feeds])
  } catch (error) {
    await stop()
    throw error
  }

  const find = (name: ComponentName): Supervised => {
    const one = processes.get(name)
    if (one === undefined) throw new TypeError(`stack ${instance}: ${name} is not part of it`)
    return one
  }
  const status = (): readonly ProcessStatus[] =>
    chosen
      .map(({ name }) => processes.get(name))
      .filter((one) => one !== undefined)
      .map(({ component, state, pid, restarts, logFile }) => ({
        name: component.name,
        state,
        pid,
        restarts,
        logFile,
      }))
  const pss = async (): Promise<Readonly<Partial<Record<ComponentName, number>>>> => {
    const running = status().filter(({ pid }) => pid !== undefined)
    const sizes = await Promise.all(
      running.map(async ({ name, pid }) => [name, await pssOf(pid ?? 0)] as const),
    )
    return Object.fromEntries(sizes.filter(([, size]) => size !== undefined))
  }
  block.onConnection((socket) => {
    socket.on('error', () => undefined)
    void pss().then((sizes) => {
      const rows = status().map(({ logFile: _, ...row }) => ({ ...row, pssMiB: sizes[row.name] }))
      socket.end(JSON.stringify(rows))
    })
  })
  return {
    instance,
    folder,
    ports,
    urls,
    credentials: secrets,
    startedMs: Math.round(performance.now() - began),
    status,
    kill: (name, signal = 'SIGKILL') => {
      find(name).signal(signal)
    },
    async restart(name, env = {}) {
      const one = find(name)
      await one.stop(5000)
      one.setEnv(env)
      one.start()
      await one.ready(startLimitMs)
    },
    setEnv: (name, env) => find(name).setEnv(env),
    halt: (name) => find(name).stop(5000),
    ready: (name, timeoutMs = startLimitMs) => find(name).ready(timeoutMs),
    pss,
    stop,
  }
}

/** Waits for all, so that nothing is still starting when the first failure is thrown. */
async function settled(work: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(work)
  const failed = results.find((result) => result.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}
