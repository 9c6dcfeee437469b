/**
 * What a schema's tables look like, read from `information_schema`. Everything preflight and the
 * mapping compiler need is data; nothing here judges.
 *
 * @module
 */
import type { ColumnShape, TableShape } from '@matapalo/core'
import type { Db, DbRow } from '@matapalo/runtime'

type Reader = Pick<Db, 'query'>

const numberOrNull = (value: DbRow[string] | undefined): number | null =>
  value === null || value === undefined ? null : Number(value)

const binaryTypes = /^(binary|varbinary|tinyblob|blob|mediumblob|longblob|bit)$/

const columnFrom = (row: DbRow): ColumnShape => {
  const dataType = String(row.data_type).toLowerCase()
  const extra = String(row.extra ?? '').toLowerCase()
  const octets = numberOrNull(row.octets)
  const nullable = row.nullable === 'YES'
  return {
    name: String(row.name),
    dataType,
    columnType: String(row.column_type),
    nullable,
    maxLength: binaryTypes.test(dataType) ? octets : numberOrNull(row.characters),
    numericPrecision: numberOrNull(row.numeric_precision),
    numericScale: numberOrNull(row.numeric_scale),
    datetimePrecision: numberOrNull(row.datetime_precision),
    unsigned: /\bunsigned\b/i.test(String(row.column_type)),
    // MariaDB shows an explicit or implied DEFAULT NULL as the text NULL.
    hasDefault: row.dflt !== null || extra.includes('auto_increment'),
    autoIncrement: extra.includes('auto_increment'),
    generated: row.generated === 'ALWAYS',
    collation: row.collation === null ? null : String(row.collation),
  }
}

interface Index {
  readonly name: string
  readonly columns: readonly string[]
}

async function uniqueIndexes(db: Reader, schema: string): Promise<Map<string, Index[]>> {
  const rows = await db.query(
    `SELECT TABLE_NAME AS tbl, INDEX_NAME AS idx, COLUMN_NAME AS col
     FROM information_schema.STATISTICS
     WHERE TABLE_SCHEMA = ? AND NON_UNIQUE = 0 ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX`,
    [schema],
  )
  const tables = new Map<string, Index[]>()
  for (const row of rows) {
    const indexes = tables.get(String(row.tbl)) ?? []
    const last = indexes.at(-1)
    if (last !== undefined && last.name === row.idx) {
      indexes[indexes.length - 1] = { name: last.name, columns: [...last.columns, String(row.col)] }
    } else indexes.push({ name: String(row.idx), columns: [String(row.col)] })
    tables.set(String(row.tbl), indexes)
  }
  return tables
}

/** Base tables only, views are not shapes; in order of name. */
export async function loadShapes(
  db: Reader,
  schema: string,
  tables?: readonly string[],
): Promise<readonly TableShape[]> {
  const rows = await db.query(
    `SELECT c.TABLE_NAME AS tbl, c.COLUMN_NAME AS name, c.DATA_TYPE AS data_type,
            c.COLUMN_TYPE AS column_type, c.IS_NULLABLE AS nullable, c.COLUMN_DEFAULT AS dflt,
            c.CHARACTER_MAXIMUM_LENGTH AS characters, c.CHARACTER_OCTET_LENGTH AS octets,
            c.NUMERIC_PRECISION AS numeric_precision, c.NUMERIC_SCALE AS numeric_scale,
            c.DATETIME_PRECISION AS datetime_precision, c.EXTRA AS extra,
            c.IS_GENERATED AS generated, c.COLLATION_NAME AS collation
     FROM information_schema.COLUMNS c
     JOIN information_schema.TABLES t ON t.TABLE_SCHEMA = c.TABLE_SCHEMA AND t.TABLE_NAME = c.TABLE_NAME
     WHERE c.TABLE_SCHEMA = ? AND t.TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED')
     ORDER BY c.TABLE_NAME, c.ORDINAL_POSITION`,
    [schema],
  )
  const indexes = await uniqueIndexes(db, schema)
  const columns = new Map<string, ColumnShape[]>()
  for (const row of rows) {
    const table = String(row.tbl)
    columns.set(table, [...(columns.get(table) ?? []), columnFrom(row)])
  }
  const wanted = tables === undefined ? null : new Set(tables)
  return [...columns]
    .filter(([table]) => wanted === null || wanted.has(table))
    .map(([table, list]) => {
      const unique = indexes.get(table) ?? []
      return {
        schema,
        table,
        columns: list,
        primaryKey: unique.find((index) => index.name === 'PRIMARY')?.columns ?? [],
        uniqueKeys: unique
          .filter((index) => index.name !== 'PRIMARY')
          .map((index) => index.columns),
      }
    })
}

export interface TableFacts {
  readonly table: string
  readonly engine: string
  /** The server's own estimate. */
  readonly estimatedRows: number
  /** The next value; null without an AUTO_INCREMENT column. Read live, not from statistics. */
  readonly autoIncrement: bigint | null
}

export async function loadTableFacts(db: Reader, schema: string): Promise<readonly TableFacts[]> {
  const rows = await db.query(
    `SELECT TABLE_NAME AS tbl, ENGINE AS engine, TABLE_ROWS AS n, AUTO_INCREMENT AS next_id
     FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_TYPE <> 'VIEW'
     ORDER BY TABLE_NAME`,
    [schema],
  )
  return rows.map((row) => ({
    table: String(row.tbl),
    engine: String(row.engine ?? ''),
    estimatedRows: Number(row.n ?? 0),
    autoIncrement: row.next_id === null ? null : BigInt(String(row.next_id)),
  }))
}
