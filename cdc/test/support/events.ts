/**
 * Debezium messages as they were recorded, with the parts that a test varies.
 *
 * @module
 */
import type { ColumnShape, TableShape } from '@matapalo/core'
import type { Message } from '../../src/feed.ts'

export const column = (
  name: string,
  columnType: string,
  more: Partial<ColumnShape> = {},
): ColumnShape => ({
  name,
  dataType: columnType.replace(/\W.*$/, ''),
  columnType,
  nullable: true,
  maxLength: null,
  numericPrecision: null,
  numericScale: null,
  datetimePrecision: Number(/^(?:datetime|timestamp|time)\((\d)\)/.exec(columnType)?.[1] ?? 0),
  unsigned: columnType.includes('unsigned'),
  hasDefault: true,
  autoIncrement: false,
  generated: false,
  collation: null,
  ...more,
})

export const table = (
  name: string,
  columns: readonly ColumnShape[],
  primaryKey: readonly string[] = [columns[0]?.name ?? ''],
  uniqueKeys: readonly (readonly string[])[] = [],
): TableShape => ({ schema: 'shop', table: name, columns, primaryKey, uniqueKeys })

export interface EventParts {
  readonly offset?: number
  readonly table?: string
  readonly db?: string
  readonly op?: string
  /** JSON text, so that integers of any size can be written. */
  readonly before?: string
  readonly after?: string
  readonly gtid?: string | null
  readonly serverId?: number
  readonly snapshot?: string
  readonly headers?: Message['headers']
}

export const message = (parts: EventParts): Message => ({
  offset: BigInt(parts.offset ?? 0),
  headers: parts.headers ?? {},
  value:
    `{"before":${parts.before ?? 'null'},"after":${parts.after ?? 'null'},` +
    `"source":{"version":"3.5.0.Final","connector":"mariadb","name":"mp-monolith",` +
    `"ts_ms":1795305570000,"snapshot":"${parts.snapshot ?? 'false'}","db":"${parts.db ?? 'shop'}",` +
    `"sequence":null,"ts_us":1795305570000000,"ts_ns":1795305570000000000,` +
    `"table":"${parts.table ?? 'books'}","server_id":${parts.serverId ?? 101},` +
    `"gtid":${parts.gtid === null ? 'null' : `"${parts.gtid ?? '0-101-1'}"`},` +
    `"file":"binlog.000001","pos":4711,"row":0,"thread":null,"query":null},` +
    `"transaction":null,"op":"${parts.op ?? 'c'}","ts_ms":1795305570101,` +
    `"ts_us":1795305570101000,"ts_ns":1795305570101000000}`,
})
