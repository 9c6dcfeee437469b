/**
 * Rows and table shapes as the toolkit sees them on either side.
 *
 * A value never passes through a JavaScript double: whatever its SQL type, it is the canonical SQL
 * text of the value, raw bytes for binary types, or null.
 *
 * @module
 */

/**
 * Canonical text by SQL type: integers `-12`; DECIMAL `12.50` at the column's scale; DATE
 * `2026-11-21`; DATETIME and TIMESTAMP `2026-11-21 23:05:09` plus `.ffffff` at the column's
 * fractional precision (TIMESTAMP in UTC); TIME `-01:02:03`; YEAR `2026`; ENUM and SET their labels;
 * BIT, BINARY, VARBINARY and BLOB are bytes; everything textual is itself.
 */
export type SqlValue = string | Uint8Array | null

export type Row = Readonly<Record<string, SqlValue>>

export interface ColumnShape {
  readonly name: string
  /** `information_schema.COLUMNS.DATA_TYPE`, lower case: `bigint`, `decimal`, `datetime`, … */
  readonly dataType: string
  /** `COLUMN_TYPE`: `bigint(20) unsigned`, `enum('A','D')`, … */
  readonly columnType: string
  readonly nullable: boolean
  /** Characters for text, bytes for binary; null otherwise. */
  readonly maxLength: number | null
  readonly numericPrecision: number | null
  readonly numericScale: number | null
  readonly datetimePrecision: number | null
  readonly unsigned: boolean
  readonly hasDefault: boolean
  readonly autoIncrement: boolean
  /** GENERATED ALWAYS columns are never written. */
  readonly generated: boolean
  readonly collation: string | null
}

export interface TableShape {
  readonly schema: string
  readonly table: string
  readonly columns: readonly ColumnShape[]
  /** In key order; empty when the table has none. */
  readonly primaryKey: readonly string[]
  /** Secondary unique keys, each in key order. */
  readonly uniqueKeys: readonly (readonly string[])[]
}

/** Debezium's letters: snapshot read, create, update, delete, truncate. */
export type Op = 'r' | 'c' | 'u' | 'd' | 't'
