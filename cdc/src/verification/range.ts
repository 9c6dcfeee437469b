/**
 * Ranges of keys: `after < key ≤ upTo` in key order, without OFFSET, spelled so that MariaDB uses the
 * primary key for composite keys too.
 *
 * @module
 */
import type { ColumnShape, Row } from '@matapalo/core'
import type { Param } from '@matapalo/runtime'
import { quoteName } from '../names.ts'
import { keyColumns, keyFrom, keyParam } from './pair.ts'

export interface KeyRange {
  /** null: from the first key on. */
  readonly after: Row | null
  /** null: to the last. */
  readonly upTo: Row | null
}

export interface Condition {
  readonly sql: string
  readonly params: readonly Param[]
}

const everything: Condition = { sql: 'TRUE', params: [] }

/** `(a, b) > (x, y)` as `a >= x AND (a > x OR (a = x AND b > y))`. */
function beyond(
  key: readonly ColumnShape[],
  bound: Row,
  strictly: '>' | '<',
  last: '>' | '<=',
): Condition {
  const value = (column: ColumnShape): Param => keyParam(column, bound[column.name] ?? null)
  const step = (at: number): Condition => {
    const column = key[at]
    if (column === undefined) throw new TypeError('a range needs a key')
    const name = quoteName(column.name)
    if (at === key.length - 1) return { sql: `${name} ${last} ?`, params: [value(column)] }
    const rest = step(at + 1)
    return {
      sql: `${name} ${strictly}= ? AND (${name} ${strictly} ? OR (${name} = ? AND ${rest.sql}))`,
      params: [value(column), value(column), value(column), ...rest.params],
    }
  }
  return step(0)
}

export function within(key: readonly ColumnShape[], range: KeyRange): Condition {
  const parts = [
    range.after === null ? null : beyond(key, range.after, '>', '>'),
    range.upTo === null ? null : beyond(key, range.upTo, '<', '<='),
  ].filter((part) => part !== null)
  if (parts.length === 0) return everything
  return {
    sql: parts.map(({ sql }) => `(${sql})`).join(' AND '),
    params: parts.flatMap(({ params }) => params),
  }
}

/** Exactly these keys. */
export function among(key: readonly ColumnShape[], keys: readonly Row[]): Condition {
  const [only] = key
  if (only !== undefined && key.length === 1) {
    return {
      sql: `${quoteName(only.name)} IN (${keys.map(() => '?').join(', ')})`,
      params: keys.map((row) => keyParam(only, row[only.name] ?? null)),
    }
  }
  const one = `(${key.map(({ name }) => `${quoteName(name)} = ?`).join(' AND ')})`
  return {
    sql: keys.map(() => one).join(' OR '),
    params: keys.flatMap((row) => key.map((column) => keyParam(column, row[column.name] ?? null))),
  }
}

/** The last key of the next `rows` keys after `after`; null when fewer than that are left. */
export async function nextBound(
  db: {
    query(
      sql: string,
      params?: readonly Param[],
    ): Promise<Readonly<Record<string, string | number | Uint8Array | null>>[]>
  },
  table: string,
  key: readonly ColumnShape[],
  after: Row | null,
  rows: number,
): Promise<Row | null> {
  const columns = keyColumns(key)
  const descending = key.map(({ name }) => `${quoteName(name)} DESC`).join(', ')
  const { sql, params } = within(key, { after, upTo: null })
  // Inside one index scan of `rows` entries; the count tells a full chunk from the last one.
  const found = await db.query(
    `SELECT ${columns}, COUNT(*) OVER () AS in_chunk FROM
       (SELECT ${columns} FROM ${table} WHERE ${sql} ORDER BY ${columns} LIMIT ?) AS chunk
     ORDER BY ${descending} LIMIT 1`,
    [...params, rows],
  )
  const [last] = found
  return last === undefined || Number(last.in_chunk) < rows ? null : keyFrom(key, last)
}
