/**
 * One row on which the two sides disagree, for people to look at.
 *
 * @module
 */
import type { Row, Side, SqlValue } from '@matapalo/core'
import { otherSide } from '@matapalo/core'
import { rowTexts } from './checksums.ts'
import type { Pair, Stores } from './pair.ts'

export interface Difference {
  /** Of the monolith. */
  readonly table: string
  /** Of the service. */
  readonly target: string
  /** In the columns of the monolith's table. */
  readonly key: Row
  /** As the follower stands to the owner. */
  readonly kind: 'missing' | 'extra' | 'different'
  /** Target columns that differ; empty when a row is missing or extra. */
  readonly columns: readonly string[]
  /** Both rows as canonical texts of the target's columns; absent when redacted. */
  readonly rows?: Readonly<Record<Side, Readonly<Record<string, SqlValue>> | null>>
}

/** What may leave the operator's screen: keys and column names, no values. */
export const redacted = (difference: Difference): Difference => {
  const { rows: _, ...rest } = difference
  return rest
}

/** @returns null when the rows are equal by now */
export async function describeDifference(
  stores: Stores,
  pair: Pair,
  owner: Side,
  target: string,
  key: Row,
): Promise<Difference | null> {
  const [monolith, service] = await Promise.all([
    rowTexts(stores, pair, 'monolith', target, key),
    rowTexts(stores, pair, 'service', target, key),
  ])
  const rows = { monolith, service }
  const owned = rows[owner]
  const followed = rows[otherSide(owner)]
  const base = { table: pair.compiled.source, target, key, rows }
  if (owned === null && followed === null) return null
  if (followed === null) return { ...base, kind: 'missing', columns: [] }
  if (owned === null) return { ...base, kind: 'extra', columns: [] }
  const same = (a: SqlValue | undefined, b: SqlValue | undefined): boolean =>
    a instanceof Uint8Array && b instanceof Uint8Array ? Buffer.compare(a, b) === 0 : a === b
  const columns = Object.keys(owned).filter((name) => !same(owned[name], followed[name]))
  return columns.length === 0 ? null : { ...base, kind: 'different', columns }
}
