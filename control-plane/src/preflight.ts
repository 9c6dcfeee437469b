/**
 * Is this manifest possible on these two servers? Reads both, lets core judge, and changes nothing.
 *
 * @module
 */
import { applierAccount, conductorAccount, toolkitSchema } from '@matapalo/cdc/names'
import {
  loadAppTriggers,
  loadForeignKeys,
  loadGrants,
  loadServer,
  loadShapes,
  loadValues,
} from '@matapalo/cdc/shapes'
import {
  checkAgainst,
  checkGrants,
  checkManifest,
  checkServer,
  type Manifest,
  type Problem,
  type SchemaFacts,
  type Side,
  valueColumns,
} from '@matapalo/core'
import type { Db } from '@matapalo/runtime'
import type { Control } from './control.ts'
import { Refused } from './errors.ts'
import { readProject } from './ledger/catalogue.ts'
import { countInFlight } from './live/inFlight.ts'
import { schemaOf } from './live/stores.ts'

/** The account that Debezium reads under. */
export const feedAccount = 'matapalo_feed'
const sides: readonly Side[] = ['monolith', 'service']

export const problemLine = ({ file, line, column, path, message, remedy }: Problem): string =>
  `${file}:${line}:${column} ${path}: ${message}; ${remedy}`

async function factsOf(db: Db, schema: string): Promise<SchemaFacts> {
  const [shapes, foreignKeys, triggers] = await Promise.all([
    loadShapes(db, schema),
    loadForeignKeys(db, schema),
    loadAppTriggers(db, schema),
  ])
  return { shapes, foreignKeys, triggers }
}

async function serverProblems(
  control: Control,
  manifest: Manifest,
  side: Side,
): Promise<readonly Problem[]> {
  const project = await readProject(control.ledger)
  if (project === null)
    throw new Refused('no project is registered; run: matapalo project matapalo.yaml')
  const [server, grants] = await Promise.all([
    loadServer(control.stores[side]),
    grantProblems(control, manifest, side),
  ])
  return [...checkServer(project, side, server), ...grants]
}

/** What the toolkit's accounts lack on one side, and what the application's has too much. */
export async function grantProblems(
  control: Control,
  manifest: Manifest,
  side: Side,
): Promise<readonly Problem[]> {
  const grants = await loadGrants(control.stores[side], [schemaOf(manifest, side), toolkitSchema])
  return checkGrants(manifest, side, grants, {
    conductor: conductorAccount,
    applier: applierAccount,
    feed: feedAccount,
    application: null,
  })
}

/** A drain query that does not answer would refuse every transfer later on. */
async function drainProblems(control: Control, manifest: Manifest): Promise<readonly Problem[]> {
  const asked = manifest.drains.flatMap((drain, index) =>
    sides
      .filter((side) => drain.side === null || drain.side === side)
      .map(async (side): Promise<readonly Problem[]> => {
        try {
          const left = await countInFlight(control.stores[side], drain)
          if (!Number.isNaN(left)) return []
          throw new TypeError('its first column is no number')
        } catch (error) {
          const why = error instanceof Error ? error.message : String(error)
          const at = manifest.positions[`drain.${index}`] ?? manifest.positions.drain ?? [1, 1]
          return [
            {
              file: manifest.file,
              line: at[0],
              column: at[1],
              path: 'drain',
              message: `the ${side} database does not answer the query: ${why}`,
              remedy: 'name tables with their schema; for one side only, write `database:`',
            },
          ]
        }
      }),
  )
  return (await Promise.all(asked)).flat()
}

export async function preflight(control: Control, manifest: Manifest): Promise<readonly Problem[]> {
  const { stores, ledger } = control
  const project = await readProject(ledger)
  if (project === null)
    throw new Refused('no project is registered; run: matapalo project matapalo.yaml')
  const manifests = await control.manifests()
  const others = [...manifests.values()].filter(({ domain }) => domain !== manifest.domain)
  const [source, values, target, ...servers] = await Promise.all([
    factsOf(stores.monolith, schemaOf(manifest, 'monolith')),
    loadValues(stores.monolith, schemaOf(manifest, 'monolith'), valueColumns(manifest)),
    factsOf(stores.service, schemaOf(manifest, 'service')),
    ...sides.map((side) => serverProblems(control, manifest, side)),
  ])
  return [
    ...checkAgainst(manifest, others, project),
    ...checkManifest(manifest, { source: { ...source, values }, target }),
    ...servers.flat(),
    ...(await drainProblems(control, manifest)),
  ]
}
