/**
 * SQL expressions for the canonical text of a column, as utf8mb4: see `SqlValue` in rows.ts. Bytes
 * are upper-case hex.
 *
 * They assume a session with time_zone '+00:00' (TIMESTAMP is text in the session's zone).
 *
 * @module
 */
import type { ColumnShape } from '../rows.ts'

export const quoted = (identifier: string): string => `\`${identifier.replaceAll('`', '``')}\``

/** A text literal, whatever the session's sql_mode makes of backslashes. */
export function literal(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text) && !/['\\]/.test(text)) return `'${text}'`
  return `CONVERT(X'${Buffer.from(text).toString('hex')}' USING utf8mb4)`
}

export const asText = (expression: string): string => `CONVERT(${expression} USING utf8mb4)`

/** A text for comparing by bytes: no collation, no padding. */
export const asBytes = (text: string): string => `CAST(${text} AS BINARY)`

/** What a source value outside its lens compares as. */
export const outside = (expression: string): string =>
  `CONCAT('matapalo: outside the lens: ', HEX(${expression}))`

export function textOfColumn(shape: ColumnShape, expression: string): string {
  if (familyOf(shape) === 'bytes') return `HEX(${expression})`
  if (shape.dataType === 'bit') {
    const digits = 2 * Math.ceil((shape.numericPrecision ?? 1) / 8)
    return `LPAD(HEX(${expression} + 0), ${digits}, '0')`
  }
  // Zero-filled integers carry their padding into text.
  if (shape.columnType.includes('zerofill')) return asText(`${expression} + 0`)
  return asText(expression)
}

export type Family =
  | 'integer'
  | 'decimal'
  | 'float'
  | 'text'
  | 'bytes'
  | 'bit'
  | 'date'
  | 'datetime'
  | 'time'
  | 'year'
  | 'label'
  | 'other'

const families: Readonly<Record<string, Family>> = {
  tinyint: 'integer',
  smallint: 'integer',
  mediumint: 'integer',
  int: 'integer',
  bigint: 'integer',
  decimal: 'decimal',
  float: 'float',
  double: 'float',
  char: 'text',
  varchar: 'text',
  tinytext: 'text',
  text: 'text',
  mediumtext: 'text',
  longtext: 'text',
  json: 'text',
  binary: 'bytes',
  varbinary: 'bytes',
  tinyblob: 'bytes',
  blob: 'bytes',
  mediumblob: 'bytes',
  longblob: 'bytes',
  bit: 'bit',
  date: 'date',
  datetime: 'datetime',
  timestamp: 'datetime',
  time: 'time',
  year: 'year',
  enum: 'label',
  set: 'label',
}

export const familyOf = (shape: ColumnShape): Family => families[shape.dataType] ?? 'other'
