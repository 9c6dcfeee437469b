/**
 * Verification's part of a transfer. Two readers of the domain's topic: the first from the last clean
 * verification to now, compared before anybody is held; the second from there on, for the few keys
 * that the window still has to look at.
 *
 * @module
 */
import { readApplierState } from '@matapalo/cdc/applierState'
import { compareKeys, type Difference, type KeysByTable } from '@matapalo/cdc/verification'
import { followChangedKeys } from '@matapalo/cdc/verification/changedKeys'
import { type Direction, directionFrom, type Row, sourceOf } from '@matapalo/core'
import type { Control } from '../control.ts'
import { Refused } from '../errors.ts'
import { insertVerification, lastVerification } from '../ledger/verifications.ts'
import type { Follower, VerificationPort } from '../ports.ts'
import { comparedStores, pairsOf } from './pairs.ts'
import { schemaOf, targetDb } from './stores.ts'

/** 15000 (milliseconds): how long reading up to now may take, before anybody is held. */
const aheadMs = 15_000

const countOf = (keys: KeysByTable): number =>
  [...keys.values()].reduce((sum, rows) => sum + rows.length, 0)

const nameOf = ({ table, target, key, kind }: Difference): string =>
  `${table}→${target} ${JSON.stringify(key)} ${kind}`

function merge(keys: KeysByTable, open: readonly Difference[]): KeysByTable {
  const all = new Map<string, readonly Row[]>(keys)
  for (const { table, key } of open) all.set(table, [...(all.get(table) ?? []), key])
  return all
}

async function follow(control: Control, name: string, direction: Direction): Promise<Follower> {
  const { stores, feeds, ledger } = control
  const { manifest } = await control.domain(name)
  const last = await lastVerification(ledger, name, direction)
  if (last?.outcome !== 'clean' || last.cleanOffset === null)
    throw new Refused(
      `${name}: there is no clean verification to start from; run: matapalo verify ${name}`,
    )
  const side = sourceOf(direction)
  const compared = comparedStores(stores, manifest)
  const pairs = await pairsOf(stores, manifest)
  const reader = (from: bigint) =>
    followChangedKeys({
      kafka: feeds.kafka,
      domain: name,
      side,
      schema: schemaOf(manifest, side),
      pairs,
      from,
    })
  const applied = await readApplierState(targetDb(stores, direction), name, direction)
  const now = applied?.offset ?? 0n
  const [before, since] = await Promise.all([reader(BigInt(last.cleanOffset)), reader(now)])
  let open: readonly Difference[] = []
  return {
    async ahead() {
      const keys = await before.untilOffset(now, aheadMs)
      await before.stop()
      open = await compareKeys(compared, pairs, side, keys)
      // The second reader must be warm: it has read what is there before the window begins.
      await since.untilOffset(now, aheadMs)
      return { keys: countOf(keys), open: open.length }
    },
    async last(untilOffset, timeoutMs) {
      const keys = merge(await since.untilOffset(untilOffset, timeoutMs), open)
      const differences = await compareKeys(compared, pairs, side, keys)
      return { keys: countOf(keys), differences: differences.map(nameOf) }
    },
    async stop() {
      await Promise.allSettled([before.stop(), since.stop()])
    },
  }
}

export const verificationPort = (control: Control): VerificationPort => ({
  follow: (domain, direction) => follow(control, domain, direction),
  async noteClean(move, keys, offsets) {
    for (const [domain, offset] of Object.entries(offsets))
      await insertVerification(control.ledger, {
        domain,
        direction: directionFrom(move.to),
        kind: 'transfer',
        startedAt: new Date(),
        outcome: 'clean',
        rows: keys,
        chunks: 0,
        differences: 0,
        cleanOffset: offset,
        detail: { transfer: move.id },
      })
  },
})
