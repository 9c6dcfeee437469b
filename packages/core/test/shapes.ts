/**
 * Column definitions as SQL writes them to the shapes that information_schema would give: enough of
 * the grammar for tests.
 *
 * @module
 */
import type { ColumnShape, TableShape } from '@matapalo/core'

const lengths: Readonly<Record<string, number>> = {
  tinytext: 255,
  text: 65_535,
  mediumtext: 16_777_215,
  longtext: 4_294_967_295,
  tinyblob: 255,
  blob: 65_535,
  mediumblob: 16_777_215,
  longblob: 4_294_967_295,
}

/** `decimal(10,2) not null default 0` */
export function columnShape(name: string, definition: string): ColumnShape {
  const found = /^(\w+)\s*(?:\(((?:'(?:[^']|'')*'|[^)'])*)\))?(.*)$/is.exec(definition.trim())
  if (!found) throw new TypeError(`not a column definition: ${definition}`)
  const written = (found[1] ?? '').toLowerCase()
  const dataType = written === 'json' ? 'longtext' : written === 'integer' ? 'int' : written
  const inside = found[2] ?? ''
  const rest = (found[3] ?? '').toLowerCase()
  const [first, second] = inside.split(',').map(Number)
  const text = /char|text/.test(dataType)
  const bytes = /binary|blob/.test(dataType)
  const temporal = /^(datetime|timestamp|time)$/.test(dataType)
  const precision =
    dataType === 'decimal' ? (first ?? 10) : dataType === 'bit' ? (first ?? 1) : null
  const flags = ['unsigned', 'zerofill'].filter((flag) => rest.includes(flag))
  const collation = /collate (\w+)/.exec(rest)?.[1] ?? (text ? 'utf8mb4_unicode_ci' : null)
  return {
    name,
    dataType,
    columnType: [inside ? `${dataType}(${inside})` : dataType, ...flags].join(' '),
    nullable: !rest.includes('not null') && !rest.includes('primary key'),
    maxLength: text || bytes ? (lengths[dataType] ?? first ?? 1) : null,
    numericPrecision: precision,
    numericScale: dataType === 'decimal' ? (second ?? 0) : null,
    datetimePrecision: temporal ? (inside ? (first ?? 0) : 0) : null,
    unsigned: rest.includes('unsigned'),
    hasDefault: rest.includes('default') || rest.includes('auto_increment'),
    autoIncrement: rest.includes('auto_increment'),
    generated: rest.includes('generated always'),
    collation,
  }
}

export interface TableDefinition {
  readonly columns: Readonly<Record<string, string>>
  readonly primaryKey?: readonly string[]
  readonly unique?: readonly (readonly string[])[]
}

export const tableShape = (
  schema: string,
  table: string,
  { columns, primaryKey = [], unique = [] }: TableDefinition,
): TableShape => ({
  schema,
  table,
  columns: Object.entries(columns).map(([name, type]) => columnShape(name, type)),
  primaryKey,
  uniqueKeys: unique,
})
