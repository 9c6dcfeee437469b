/**
 * The distinct values that columns really hold, for preflight to hold against a manifest's maps.
 *
 * @module
 */
import type { Db } from '@matapalo/runtime'
import { quoteName, quoteTable } from '../names.ts'

/** By table and column. */
export type ColumnValues = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>

export interface ValueColumn {
  readonly table: string
  readonly column: string
  /** More distinct values than this are not looked for. */
  readonly atMost: number
}

/** One scan per column; a table or column that does not exist is left out. */
export async function loadValues(
  db: Pick<Db, 'query'>,
  schema: string,
  columns: readonly ValueColumn[],
): Promise<ColumnValues> {
  const present = await db.query(
    'SELECT TABLE_NAME AS tbl, COLUMN_NAME AS col FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ?',
    [schema],
  )
  const known = new Set(present.map(({ tbl, col }) => `${tbl}.${col}`))
  const values: Record<string, Record<string, readonly string[]>> = {}
  for (const { table, column, atMost } of columns) {
    if (!known.has(`${table}.${column}`)) continue
    const name = quoteName(column)
    // By bytes: a case-insensitive collation would show one of 'a' and 'A'.
    const rows = await db.query(
      `SELECT DISTINCT CAST(CONVERT(${name} USING utf8mb4) AS BINARY) AS v
       FROM ${quoteTable(schema, table)} WHERE ${name} IS NOT NULL LIMIT ${atMost}`,
    )
    const texts = rows.map(({ v }) =>
      v instanceof Uint8Array ? Buffer.from(v).toString('utf8') : String(v),
    )
    values[table] = { ...values[table], [column]: texts }
  }
  return values
}
