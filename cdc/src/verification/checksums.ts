/**
 * Checksums of ranges and of single rows, computed by the servers: only sums and keys travel.
 *
 * A range's checksum is COUNT, BIT_XOR and SUM of the rows' CRC32. XOR alone is not enough: CRC32 is
 * affine, so the same change at the same place in two rows of equal length cancels out.
 *
 * @module
 */
import type { Row, Side, SqlValue } from '@matapalo/core'
import type { DbRow } from '@matapalo/runtime'
import {
  checksumAt,
  type End,
  fromDriver,
  keyColumns,
  keyFrom,
  keyText,
  type Pair,
  type Stores,
  sourceEnd,
  tableAt,
  targetEnd,
} from './pair.ts'
import { among, type Condition, type KeyRange, within } from './range.ts'

/** Per target table; equal text means equal rows. */
export type RangeSums = Readonly<Record<string, { readonly rows: number; readonly sum: string }>>

/** A range in the keys of each end. */
export interface PairRange {
  readonly source: KeyRange
  readonly targets: Readonly<Record<string, KeyRange>>
}

const sumColumns = (index: number): string =>
  `BIT_XOR(r${index}) AS x${index}, SUM(r${index}) AS s${index}, COUNT(r${index}) AS c${index}`

/** More than any table has: keeps MariaDB from merging the derived table (see `sumsAt`). */
const unlimited = '18446744073709551615'

/** A row whose checksum is NULL (a value past max_allowed_packet) must never pass as equal. */
const sumOf = (row: DbRow, index: number): { rows: number; sum: string } => {
  const rows = Number(row.n)
  const blind = rows - Number(row[`c${index}`])
  const note = blind === 0 ? '' : `/blind ${blind} ${performance.now()}`
  return { rows, sum: `${rows}/${row[`x${index}`]}/${row[`s${index}`] ?? 0}${note}` }
}

async function sumsAt(
  stores: Stores,
  pair: Pair,
  end: End,
  targets: readonly string[],
  range: KeyRange,
): Promise<RangeSums> {
  const { sql, params } = within(end.key, range)
  const checksums = targets.map((target, index) => `${checksumAt(pair, end, target)} AS r${index}`)
  // Merged, the three aggregates would each compute every row's checksum: 5 times slower (measured).
  const [row] = await stores[end.side].db.query(
    `SELECT COUNT(*) AS n, ${targets.map((_, index) => sumColumns(index)).join(', ')}
     FROM (SELECT ${checksums.join(', ')} FROM ${tableAt(stores, end)} WHERE ${sql}
           LIMIT ${unlimited}) AS each_row`,
    params,
  )
  return Object.fromEntries(targets.map((target, index) => [target, sumOf(row ?? {}, index)]))
}

export const targetNames = (pair: Pair): readonly string[] =>
  pair.compiled.targets.map(({ table }) => table)

/** The monolith's table is read once for all targets; each target table once. */
export async function rangeSums(
  stores: Stores,
  pair: Pair,
  side: Side,
  range: PairRange,
): Promise<RangeSums> {
  const names = targetNames(pair)
  if (side === 'monolith') return sumsAt(stores, pair, sourceEnd(pair), names, range.source)
  const all = await Promise.all(
    names.map((target) =>
      sumsAt(
        stores,
        pair,
        targetEnd(pair, target),
        [target],
        range.targets[target] ?? { after: null, upTo: null },
      ),
    ),
  )
  return Object.assign({}, ...all) as RangeSums
}

/** Keys of the source by their text, with one checksum per target table (null: no such row). */
export interface RowSum {
  readonly key: Row
  readonly sum: string
}

/** By the text of the *source's* key. */
export type RowSums = ReadonlyMap<string, RowSum>

const asSourceKey = (pair: Pair, end: End, row: DbRow): Row => {
  const key = keyFrom(end.key, row)
  return end.side === 'monolith' ? key : pair.compiled.backwardKey(end.table, key)
}

async function rowsWhere(
  stores: Stores,
  pair: Pair,
  end: End,
  targets: readonly string[],
  where: Condition,
): Promise<Readonly<Record<string, RowSums>>> {
  const sums = targets.map((target, index) => `${checksumAt(pair, end, target)} AS s${index}`)
  const rows = await stores[end.side].db.query(
    `SELECT ${keyColumns(end.key)}, ${sums.join(', ')} FROM ${tableAt(stores, end)} WHERE ${where.sql}`,
    where.params,
  )
  return Object.fromEntries(
    targets.map((target, index) => [
      target,
      new Map(
        rows.map((row) => {
          const key = asSourceKey(pair, end, row)
          // A checksum of NULL differs from itself on purpose: see sumOf.
          const sum = row[`s${index}`] ?? `blind ${performance.now()}`
          return [keyText(pair.compiled.keyColumns, key), { key, sum: String(sum) }] as const
        }),
      ),
    ]),
  )
}

export const endOf = (pair: Pair, side: Side, target: string): End =>
  side === 'monolith' ? sourceEnd(pair) : targetEnd(pair, target)

/** Each row of a range, as one target table sees it. */
export async function rowSumsInRange(
  stores: Stores,
  pair: Pair,
  side: Side,
  target: string,
  range: PairRange,
): Promise<RowSums> {
  const end = endOf(pair, side, target)
  const bounds = side === 'monolith' ? range.source : range.targets[target]
  const where = within(end.key, bounds ?? { after: null, upTo: null })
  return (await rowsWhere(stores, pair, end, [target], where))[target] ?? new Map()
}

/** A statement with more keys than this is split. */
const keysPerStatement = 500

const slices = <T>(all: readonly T[]): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(all.length / keysPerStatement) }, (_, index) =>
    all.slice(index * keysPerStatement, (index + 1) * keysPerStatement),
  )

/** The rows of these source keys on one side, per target table. */
export async function rowSumsOfKeys(
  stores: Stores,
  pair: Pair,
  side: Side,
  keys: readonly Row[],
): Promise<Readonly<Record<string, RowSums>>> {
  const names = targetNames(pair)
  const merged: Record<string, Map<string, RowSum>> = {}
  for (const name of names) merged[name] = new Map()
  for (const slice of slices(keys)) {
    const ends =
      side === 'monolith' ? [sourceEnd(pair)] : names.map((name) => targetEnd(pair, name))
    const found = await Promise.all(
      ends.map((end) => {
        const own = slice.map((key) => keyAtEnd(pair, end, key))
        const targets = side === 'monolith' ? names : [end.table]
        return rowsWhere(stores, pair, end, targets, among(end.key, own))
      }),
    )
    for (const part of found) {
      for (const [name, rows] of Object.entries(part)) {
        for (const [text, row] of rows) merged[name]?.set(text, row)
      }
    }
  }
  return merged
}

/** A source key in the columns of the end. */
export const keyAtEnd = (pair: Pair, end: End, key: Row): Row =>
  end.side === 'monolith'
    ? key
    : (pair.compiled.forwardKey(key).find(({ table }) => table === end.table)?.key ?? key)

/** A row's canonical texts by target column, for people; null when there is none. */
export async function rowTexts(
  stores: Stores,
  pair: Pair,
  side: Side,
  target: string,
  key: Row,
): Promise<Readonly<Record<string, SqlValue>> | null> {
  const end = endOf(pair, side, target)
  const columns =
    side === 'monolith' ? pair.compiled.sqlForward(target) : pair.compiled.sqlTarget(target)
  const names = Object.keys(columns)
  const { sql, params } = among(end.key, [keyAtEnd(pair, end, key)])
  const [row] = await stores[side].db.query(
    `SELECT ${names.map((name, index) => `${columns[name]} AS v${index}`).join(', ')}
     FROM ${tableAt(stores, end)} WHERE ${sql}`,
    params,
  )
  if (row === undefined) return null
  return Object.fromEntries(names.map((name, index) => [name, fromDriver(row[`v${index}`])]))
}
