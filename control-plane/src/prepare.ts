/**
 * `prepare`: everything a transfer will need on both servers, none of which an application notices.
 * Repeating it changes nothing; what preflight refuses changes nothing either.
 *
 * @module
 */
import { ensureFence, installTriggers } from '@matapalo/cdc/fence'
import { ensureMarker, writeOwnerMarker } from '@matapalo/cdc/markers'
import { toolkitTable } from '@matapalo/cdc/names'
import { enableRefusals } from '@matapalo/cdc/refusals'
import { ensureToolkitTables } from '@matapalo/cdc/schema'
import { type Direction, hasTables, type Side, sourceOf } from '@matapalo/core'
import type { Control } from './control.ts'
import { FileRefused, Refused } from './errors.ts'
import { writeAudit } from './ledger/audit.ts'
import { setPrepared } from './ledger/domains.ts'
import { intend } from './ledger/fences.ts'
import { captured } from './live/captured.ts'
import { fencedTables } from './live/fenced.ts'
import { targetDb } from './live/stores.ts'
import { preflight, problemLine } from './preflight.ts'
import { preparePages } from './preparePages.ts'

/** 20000 (twenty seconds): triggers are DDL and wait for open transactions, in short tries. */
const triggerBudgetMs = 20_000

const sides: readonly Side[] = ['monolith', 'service']
const directions: readonly Direction[] = ['forward', 'reverse']

export interface Prepared {
  readonly domain: string
  readonly triggers: number
  readonly refusalsVisible: boolean
  readonly next: string
}

export async function prepare(control: Control, name: string, actor: string): Promise<Prepared> {
  const { stores, feeds, log } = control
  const lease = control.lead()
  const { domain, manifest } = await control.domain(name)
  if (domain.transferId !== null)
    throw new Refused(
      `${name}: transfer ${domain.transferId} is running; run: matapalo status ${name}`,
    )
  if (domain.phase === 'decommissioned')
    throw new Refused(`${name}: it is decommissioned; run: matapalo status ${name}`)
  const problems = await preflight(control, manifest)
  if (problems.length > 0) {
    const lines = problems.map(problemLine).join('\n  ')
    throw new FileRefused(`${name}: prepare refused, nothing changed:\n  ${lines}`)
  }

  if (!hasTables(manifest)) return preparePages(control, domain, actor)

  // Fences before triggers: a trigger that finds no row refuses everybody.
  const initial = sides.map((side) => ({
    domain: name,
    side,
    closed: side !== domain.owner,
    seq: 0,
    term: domain.ownerTerm,
  }))
  await lease.guarded('prepare', async (tx) => {
    const known = await tx.query('SELECT side FROM fence WHERE domain = ?', [name])
    if (known.length === 0) await intend(tx, initial)
  })
  await feeds.ensureTopics([name])
  let refusalsVisible = true
  let triggers = 0
  for (const fence of initial) {
    const db = stores[fence.side]
    await ensureToolkitTables(db, name)
    await ensureMarker(db, name)
    await ensureFence(db, name, fence)
    refusalsVisible = (await enableRefusals(db)) && refusalsVisible
    const { installed } = await installTriggers(db, fencedTables(manifest, fence.side), {
      budgetMs: triggerBudgetMs,
    })
    triggers += installed.length
  }
  for (const direction of directions)
    await targetDb(stores, direction).execute(
      `INSERT IGNORE INTO ${toolkitTable('applier_state')} (domain, direction, mode, status)
       VALUES (?, ?, 'audit', 'starting')`,
      [name, direction],
    )

  await feeds.ensureConnector(
    sourceOf('forward'),
    await captured(control, (one) => one.prepared || one.name === name),
    name,
  )
  await Promise.all(
    sides.map((side) =>
      writeOwnerMarker(stores[side], name, {
        term: domain.ownerTerm,
        owner: domain.owner,
        seq: domain.fenceSeq,
      }),
    ),
  )
  await lease.guarded('prepare', async (tx) => {
    await setPrepared(tx, name)
    await writeAudit(tx, { actor, action: 'prepare', domain: name, detail: { triggers } })
  })
  await control.observer.begin(manifest)
  // What was compiled from the tables as they were goes with the manifests.
  control.forget()
  log.info({ domain: name, triggers }, 'domain.prepared')
  return {
    domain: name,
    triggers,
    refusalsVisible,
    next:
      domain.backfill === 'none' && domain.owner === 'monolith'
        ? `matapalo backfill ${name} --wait`
        : `matapalo explain ${name}`,
  }
}
