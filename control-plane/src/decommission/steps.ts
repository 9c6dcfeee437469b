/**
 * The steps of a domain's end, each of which may be repeated. Order matters: a name is never free
 * while a view should stand there, and nothing is dropped before nobody can ask for it any more.
 *
 * @module
 */
import { removeTriggers } from '@matapalo/cdc/fence'
import { fenceTable, markerTable, toolkitTable } from '@matapalo/cdc/names'
import { hasTables, type Manifest } from '@matapalo/core'
import type { Control } from '../control.ts'
import { Refused } from '../errors.ts'
import type { Decommission } from '../ledger/decommissions.ts'
import { publishTable } from '../ledger/routeTables.ts'
import { captured } from '../live/captured.ts'
import { edgesPort } from '../live/edgesPort.ts'
import { fencedTables } from '../live/fenced.ts'
import { dropTables, dropViews, leaveViews, rename } from './oldTables.ts'

export interface Step {
  readonly name: string
  do(): Promise<Readonly<Record<string, unknown>> | undefined>
}

/** 20000 (twenty seconds): triggers are DDL and wait for open transactions, in short tries. */
const triggerBudgetMs = 20_000

const inverse = (names: Decommission['names']): Decommission['names'] =>
  Object.fromEntries(Object.entries(names).map(([from, to]) => [to, from]))

export const renameSteps = (
  { stores }: Control,
  { schemas }: Manifest,
  { names, view }: Decommission,
): readonly Step[] => [
  {
    name: 'renameTables',
    do: async () => ({ renamed: await rename(stores.monolith, schemas.source, names) }),
  },
  ...(view
    ? [
        {
          name: 'leaveViews',
          do: async () => {
            await leaveViews(stores.monolith, schemas.source, names)
            return { views: Object.keys(names) }
          },
        },
      ]
    : []),
]

export const undoSteps = (
  { stores }: Control,
  { schemas }: Manifest,
  { names }: Decommission,
): readonly Step[] => [
  {
    name: 'dropViews',
    do: async () => {
      await dropViews(stores.monolith, schemas.source, names)
      return undefined
    },
  },
  {
    name: 'renameBack',
    do: async () => ({ renamed: await rename(stores.monolith, schemas.source, inverse(names)) }),
  },
]

/** Past its first step there is no way back. */
export function dropSteps(
  control: Control,
  manifest: Manifest,
  { names }: Decommission,
): readonly Step[] {
  const { stores, feeds, hub } = control
  const { domain, schemas } = manifest
  const first: Step = {
    name: 'endDomain',
    do: async () => {
      const table = await control.lead().guarded('decommission', async (tx) => {
        await tx.execute("UPDATE domain SET phase = 'decommissioned' WHERE name = ?", [domain])
        return publishTable(tx)
      })
      if (table === null) throw new Refused('no project is registered')
      hub.publish(table)
      // From here on no edge asks for a marker of this domain.
      return { epoch: table.epoch, ...(await edgesPort(hub).awaitInForce(table.epoch)) }
    },
  }
  if (!hasTables(manifest)) return [first]
  return [
    first,
    {
      name: 'releaseFeeds',
      do: async () => {
        await feeds.release('monolith', await captured(control, (one) => one.prepared))
        await feeds.release(
          'service',
          await captured(control, (one) => one.backfill === 'complete'),
        )
        return undefined
      },
    },
    {
      name: 'removeTriggers',
      do: async () => {
        const budget = { budgetMs: triggerBudgetMs }
        for (const side of ['monolith', 'service'] as const)
          await removeTriggers(stores[side], fencedTables(manifest, side), budget)
        return undefined
      },
    },
    {
      name: 'dropTables',
      do: async () => {
        await dropViews(stores.monolith, schemas.source, names)
        await dropTables(stores.monolith, schemas.source, names)
        return { dropped: Object.values(names) }
      },
    },
    {
      name: 'removeFences',
      do: async () => {
        for (const db of [stores.monolith, stores.service]) {
          await db.execute(`DROP TABLE IF EXISTS ${fenceTable(domain)}, ${markerTable(domain)}`)
          await db.execute(`DELETE FROM ${toolkitTable('applier_state')} WHERE domain = ?`, [
            domain,
          ])
        }
        await control
          .lead()
          .guarded('decommission', (tx) =>
            tx.execute('DELETE FROM fence WHERE domain = ?', [domain]),
          )
        return undefined
      },
    },
  ]
}
