/**
 * Mends rows that verification found to differ: targeted snapshots of just these keys, through the
 * feed and the applier, so in order with every other change.
 *
 * @module
 */
import { startSnapshot, watchSnapshot } from '@matapalo/cdc/snapshots'
import {
  type Difference,
  repairRequest,
  repairsAtMost,
  settleByMarker,
  TooManyDifferences,
} from '@matapalo/cdc/verification'
import { type Manifest, otherSide } from '@matapalo/core'
import { until } from '@matapalo/runtime'
import type { Control } from './control.ts'
import { Refused, SnapshotFailed } from './errors.ts'
import { type Domain, readDomain } from './ledger/domains.ts'
import { pairsOf } from './live/pairs.ts'
import { schemaOf } from './live/stores.ts'

/** 10 (keys): what surely fits into one signal. */
const keysAtOnce = 10
/** 30000 (milliseconds): for one snapshot of ten rows. */
const limitMs = 30_000

async function snapshot(
  control: Control,
  { name, owner }: Domain,
  manifest: Manifest,
  differences: readonly Difference[],
): Promise<boolean> {
  const { stores, feeds, log } = control
  const pairs = await pairsOf(stores, manifest)
  const request = repairRequest(name, owner, schemaOf(manifest, owner), pairs, differences)
  if (request === null) return false
  const run = await startSnapshot(stores[owner], stores[otherSide(owner)], feeds.kafka, request)
  const watch = await watchSnapshot(feeds.kafka, run, log)
  try {
    const ended = await until(
      () => ['completed', 'aborted'].includes(watch.status().phase) && watch.status(),
      { timeoutMs: limitMs, everyMs: 50 },
    )
    if (ended === undefined || ended.phase !== 'completed')
      throw new SnapshotFailed(name, ended?.failed ?? { [request.tables.join(', ')]: 'no end' })
  } finally {
    await watch.stop()
  }
  return true
}

/**
 * Asks for the rows again, and waits until they are applied.
 *
 * @returns false when there was nothing to ask for: rows that the owner lacks are for a backfill
 * @throws TooManyDifferences: so many are a bug, and are not mended
 */
export async function repair(
  control: Control,
  name: string,
  differences: readonly Difference[],
): Promise<boolean> {
  const { stores } = control
  const { manifest } = await control.domain(name)
  if (differences.length > repairsAtMost) throw new TooManyDifferences(name, differences.length)
  let asked = false
  for (let at = 0; at < differences.length; at += keysAtOnce) {
    const domain = await readDomain(control.ledger, name)
    if (domain === null || domain.transferId !== null || domain.backfill !== 'complete')
      throw new Refused(`${name}: a transfer or a backfill has begun; run: matapalo status ${name}`)
    const some = differences.slice(at, at + keysAtOnce)
    if (!(await snapshot(control, domain, manifest, some))) continue
    asked = true
    const { owner } = domain
    await settleByMarker(stores[owner], stores[otherSide(owner)], name, owner)()
  }
  return asked
}
