/**
 * One decoder per column: from Debezium's JSON value to the canonical SQL value of
 * `@matapalo/core` rows. The connector's settings fix the encodings (see connectors/source.json);
 * the column's shape says which of them applies.
 *
 * @module
 */
import {
  type ColumnShape,
  MatapaloError,
  type Row,
  type SqlValue,
  type TableShape,
} from '@matapalo/core'
import { dateOfDays, datetimeOf, timeOf, timestampOf } from './temporal.ts'

/** A value whose JSON is not what the column's type is encoded as; or a type that is not supported. */
export class Undecodable extends MatapaloError {
  readonly code = 'MATAPALO_UNDECODABLE'

  constructor(table: string, column: string, fact: string) {
    super(`${table}.${column}: ${fact}; run: matapalo status`)
  }
}

/** The event's columns are not those of the table as it was read at start. */
export class SchemaDrift extends MatapaloError {
  readonly code = 'MATAPALO_SCHEMA_DRIFT'

  constructor(table: string, column: string, fact: string) {
    super(`${table}.${column}: ${fact}; mend the manifest or the table, then retry the quarantine`)
  }
}

type Decode = (value: unknown) => SqlValue

const wanted = (kind: string): never => {
  throw new TypeError(`expected ${kind}`)
}

const text: Decode = (value) => (typeof value === 'string' ? value : wanted('text'))

const integer: Decode = (value) => {
  if (typeof value === 'number' && Number.isInteger(value)) return String(value)
  if (typeof value === 'string' && /^-?\d+$/.test(value)) return value
  if (typeof value === 'boolean') return value ? '1' : '0'
  return wanted('an integer')
}

const float: Decode = (value) => {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' ? value : wanted('a number')
}

const bytes: Decode = (value) =>
  typeof value === 'string' ? new Uint8Array(Buffer.from(value, 'base64')) : wanted('base64')

/** Big-endian two's complement: `bigint.unsigned.handling.mode=precise`. */
const unsignedBigint: Decode = (value) => {
  if (typeof value === 'number') return integer(value)
  if (typeof value !== 'string') return wanted('base64 of an unsigned integer')
  const raw = Buffer.from(value, 'base64')
  return raw.length === 0 ? '0' : BigInt(`0x${raw.toString('hex')}`).toString()
}

/** BIT(1) is a boolean, BIT(n) little-endian base64; ours is big-endian at the column's length. */
const bits =
  (length: number): Decode =>
  (value) => {
    if (typeof value === 'boolean') return new Uint8Array([value ? 1 : 0])
    if (typeof value !== 'string') return wanted('base64 of bits')
    const little = Buffer.from(value, 'base64')
    const size = Math.ceil(length / 8)
    const big = new Uint8Array(size)
    for (let at = 0; at < size; at += 1) big[size - 1 - at] = little[at] ?? 0
    return big
  }

const epoch = (value: unknown): number | string =>
  typeof value === 'number' || typeof value === 'string' ? value : wanted('a number')

/** A value without an own entry is text on the wire: CHAR, TEXT, ENUM, SET, JSON, DECIMAL, UUID … */
const decoders: Readonly<Record<string, (column: ColumnShape) => Decode>> = {
  tinyint: () => integer,
  smallint: () => integer,
  mediumint: () => integer,
  int: () => integer,
  bigint: (column) => (column.unsigned ? unsignedBigint : integer),
  float: () => float,
  double: () => float,
  // The binlog's reader gives the zero year as 1900, which is no YEAR.
  year: () => (value) => (value === 1900 ? '0000' : String(integer(value)).padStart(4, '0')),
  date: () => (value) => (typeof value === 'number' ? dateOfDays(value) : wanted('days')),
  datetime: (column) => {
    const digits = column.datetimePrecision ?? 0
    return (value) => datetimeOf(epoch(value), digits > 3 ? 'us' : 'ms', digits)
  },
  timestamp: (column) => (value) =>
    typeof value === 'string'
      ? timestampOf(value, column.datetimePrecision ?? 0)
      : wanted('an ISO timestamp'),
  time: (column) => (value) => timeOf(epoch(value), column.datetimePrecision ?? 0),
  bit: (column) => bits(Number(/\((\d+)\)/.exec(column.columnType)?.[1] ?? 1)),
  binary: () => bytes,
  varbinary: () => bytes,
  tinyblob: () => bytes,
  blob: () => bytes,
  mediumblob: () => bytes,
  longblob: () => bytes,
}

export interface RowDecoder {
  readonly shape: TableShape
  /** Needs exact parsing of a column that is called like Debezium's own field. */
  readonly exactTsNs: boolean
  decode(value: Readonly<Record<string, unknown>>): Row
}

export function rowDecoder(shape: TableShape): RowDecoder {
  const columns = shape.columns.map(
    (column) =>
      [column.name, (decoders[column.dataType] ?? (() => text))(column), column.generated] as const,
  )
  return {
    shape,
    exactTsNs: shape.columns.some((column) => column.name === 'ts_ns'),
    decode(value) {
      const row: Record<string, SqlValue> = {}
      for (const [name, decode, generated] of columns) {
        const raw = value[name]
        if (raw === undefined && generated) continue
        if (raw === undefined)
          throw new SchemaDrift(shape.table, name, 'is missing in the change feed')
        try {
          row[name] = raw === null ? null : decode(raw)
        } catch (error) {
          throw new Undecodable(
            shape.table,
            name,
            error instanceof Error ? error.message : 'failed',
          )
        }
      }
      for (const name in value) {
        if (!(name in row)) throw new SchemaDrift(shape.table, name, 'is new in the change feed')
      }
      return row
    },
  }
}
