/**
 * Compares the rows of given keys, once. For the moment when nothing can move (both fences are closed
 * and the follower has applied everything): any difference is real. A few milliseconds for tens of
 * keys.
 *
 * @module
 */
import { otherSide, type Row, type Side } from '@matapalo/core'
import { rowSumsOfKeys, targetNames } from './checksums.ts'
import { type Difference, describeDifference } from './difference.ts'
import { keyText, type Pair, type Stores } from './pair.ts'
import { disagreements } from './suspects.ts'

/** Keys of the monolith's tables, by table. */
export type KeysByTable = ReadonlyMap<string, readonly Row[]>

export async function compareKeys(
  stores: Stores,
  pairs: readonly Pair[],
  owner: Side,
  keys: KeysByTable,
): Promise<readonly Difference[]> {
  const all = await Promise.all(
    pairs.map(async (pair): Promise<readonly Difference[]> => {
      const asked = distinct(pair, keys.get(pair.compiled.source) ?? [])
      if (asked.length === 0) return []
      const [owned, followed] = await Promise.all([
        rowSumsOfKeys(stores, pair, owner, asked),
        rowSumsOfKeys(stores, pair, otherSide(owner), asked),
      ])
      const suspects = targetNames(pair).flatMap((target) =>
        disagreements(target, owned[target] ?? new Map(), followed[target] ?? new Map()),
      )
      const described = await Promise.all(
        suspects.map(({ target, key }) => describeDifference(stores, pair, owner, target, key)),
      )
      return described.filter((difference) => difference !== null)
    }),
  )
  return all.flat()
}

const distinct = (pair: Pair, keys: readonly Row[]): readonly Row[] => [
  ...new Map(keys.map((key) => [keyText(pair.compiled.keyColumns, key), key])).values(),
]
