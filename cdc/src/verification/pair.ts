/**
 * One source table and its targets, as verification sees them: two stores, and for each of them the
 * SQL that gives every target column's canonical text.
 *
 * Verification speaks of sides, not of source and target: which one is right depends on the owner.
 *
 * @module
 */
import type { ColumnShape, CompiledTable, Row, Side, SqlValue, TableShape } from '@matapalo/core'
import type { Db, DbRow, Param } from '@matapalo/runtime'
import { quoteName, quoteTable } from '../names.ts'

export interface Store {
  readonly db: Pick<Db, 'query'>
  readonly schema: string
}

export type Stores = Readonly<Record<Side, Store>>

export interface Pair {
  readonly compiled: CompiledTable
  /** Of the monolith's table. */
  readonly sourceShape: TableShape
  /** Of the service's tables, by name. */
  readonly targetShapes: Readonly<Record<string, TableShape>>
}

/** One of the two ends of a comparison: the monolith's table, or one target table of the service. */
export interface End {
  readonly side: Side
  readonly table: string
  readonly key: readonly ColumnShape[]
}

const columnsOf = (shape: TableShape, names: readonly string[]): readonly ColumnShape[] =>
  names.map((name) => {
    const column = shape.columns.find((one) => one.name === name)
    if (column === undefined) throw new TypeError(`${shape.table}.${name} has no shape`)
    return column
  })

export const sourceEnd = (pair: Pair): End => ({
  side: 'monolith',
  table: pair.compiled.source,
  key: columnsOf(pair.sourceShape, pair.compiled.keyColumns),
})

export const targetEnd = (pair: Pair, table: string): End => {
  const target = pair.compiled.targets.find((one) => one.table === table)
  const shape = pair.targetShapes[table]
  if (target === undefined || shape === undefined) throw new TypeError(`no target ${table}`)
  return { side: 'service', table, key: columnsOf(shape, target.key) }
}

/** One CRC over all mapped columns of a row; NULL differs from every text. */
export const rowChecksum = (columns: Readonly<Record<string, string>>): string =>
  `CRC32(CONCAT_WS(X'1F', ${Object.values(columns)
    .map((expression) => `IFNULL(CONCAT('=', ${expression}), '~')`)
    .join(', ')}))`

/** The checksum of a row of the end, seen as a row of the target table. */
export const checksumAt = (pair: Pair, end: End, target: string): string =>
  rowChecksum(
    end.side === 'monolith' ? pair.compiled.sqlForward(target) : pair.compiled.sqlTarget(target),
  )

export const tableAt = (stores: Stores, end: End): string =>
  quoteTable(stores[end.side].schema, end.table)

const integers = new Set(['tinyint', 'smallint', 'mediumint', 'int', 'bigint'])

/** Integers must reach the statement as numbers, or a range would compare them as doubles. */
export const keyParam = (column: ColumnShape, value: SqlValue): Param =>
  typeof value === 'string' && integers.has(column.dataType) ? BigInt(value) : value

/** What the driver gives as a canonical value. */
export const fromDriver = (value: DbRow[string] | undefined): SqlValue =>
  value === undefined || value === null
    ? null
    : typeof value === 'number'
      ? value.toString()
      : value

export const keyFrom = (key: readonly ColumnShape[], row: DbRow): Row =>
  Object.fromEntries(key.map(({ name }) => [name, fromDriver(row[name])]))

export const keyColumns = (key: readonly ColumnShape[]): string =>
  key.map(({ name }) => quoteName(name)).join(', ')

/** A key as text that is equal on both sides: for maps and reports. */
export const keyText = (columns: readonly string[], key: Row): string =>
  JSON.stringify(
    columns.map((name) => {
      const value = key[name] ?? null
      return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value
    }),
  )
