/**
 * The distinct values that columns really hold, for preflight to hold against a manifest's maps.
 *
 * @module
 */
import type { Db } from '@matapalo/runtime'
import { quoteName, quoteTable } from '../names.ts'

/** By table and column. */
export type ColumnValues = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>

/** A map with more entries than this is no map. */
const valuesAtMost = 200

/**
 * One scan per table, or an index's worth; a table with a column of more than 200 distinct values
 * gives the first 200 it met.
 */
export async function loadValues(
  db: Pick<Db, 'query'>,
  schema: string,
  columns: Readonly<Record<string, readonly string[]>>,
): Promise<ColumnValues> {
  const values: Record<string, Record<string, readonly string[]>> = {}
  for (const [table, names] of Object.entries(columns)) {
    const found: Record<string, readonly string[]> = {}
    for (const name of names) {
      const column = quoteName(name)
      // By bytes: a case-insensitive collation would show one of 'a' and 'A'.
      const rows = await db.query(
        `SELECT DISTINCT CAST(CONVERT(${column} USING utf8mb4) AS BINARY) AS v
         FROM ${quoteTable(schema, table)} WHERE ${column} IS NOT NULL LIMIT ${valuesAtMost}`,
      )
      found[name] = rows.map(({ v }) =>
        v instanceof Uint8Array ? Buffer.from(v).toString('utf8') : String(v),
      )
    }
    values[table] = found
  }
  return values
}
