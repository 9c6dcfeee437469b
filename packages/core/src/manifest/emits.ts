/**
 * `emits:` — what the service tells others through its outbox, said as a rule over changes, so that
 * the applier can tell it while the monolith does the work again.
 *
 * @module
 */
import { z } from 'zod'
import type { Emit, EmitColumn, EmitValue, TableMapping } from './model.ts'
import { identifier, type Scalar, scalarOrNull, textOf } from './words.ts'

/** `table.column` of the service, or a column of the source's first target table. */
const column = z.string().regex(/^[^.\s]+(\.[^.\s]+)?$/, 'is not `column` or `table.column`')

const plainValue = z.strictObject({
  column,
  as: z.enum(['text', 'number', 'boolean', 'instant', 'json']).optional(),
  minorUnits: z.int().min(0).max(18).optional().describe('Cents to the text 12.50: 2'),
})
const leaf = z.union([column, plainValue, z.strictObject({ constant: scalarOrNull })])
const lookUp = {
  table: identifier.describe('A table of this domain at the service, as it stands then'),
  by: z.record(identifier, column).describe('Its column: a column of the changed row'),
}
const branch = z.union([
  leaf,
  z.strictObject({ object: z.record(z.string(), leaf) }),
  z.strictObject({
    rows: lookUp.table,
    by: lookUp.by,
    columns: z.record(z.string(), leaf).describe('A list of objects'),
  }),
  z.strictObject({ rows: lookUp.table, by: lookUp.by, value: leaf.describe('A list of these') }),
  z.strictObject({ row: lookUp.table, by: lookUp.by, value: leaf.describe('null: no such row') }),
])

export const emitSchema = z.strictObject({
  into: identifier.describe("The service's outbox, as Debezium's EventRouter reads it"),
  stamp: identifier.optional().describe('Its column that gets the time, in UTC'),
  of: identifier.describe('Table of the monolith whose changes are told'),
  on: z.array(z.enum(['insert', 'update', 'delete'])).min(1),
  when: z
    .record(column, scalarOrNull)
    .optional()
    .describe('Values as the service has them, that the change brought about'),
  changed: z.array(column).min(1).optional().describe('An update of any of these; default: any'),
  notFirstOf: column
    .optional()
    .describe('Nothing is told of the first row, by primary key, among those with its value here'),
  type: z.string().min(1).max(60),
  aggregate: z.strictObject({
    type: z.string().min(1).max(40),
    id: column,
    prefix: z
      .string()
      .max(40)
      .optional()
      .describe('Before the id, where several tables share a type'),
  }),
  payload: z.record(z.string(), branch),
})

export type EmitDocument = z.infer<typeof emitSchema>
type Branch = z.infer<typeof branch>

const columnOf = (written: string, fallback: string): EmitColumn => {
  const [table, name] = written.split('.')
  return name === undefined
    ? { table: fallback, column: table ?? '' }
    : { table: table ?? '', column: name }
}

const fieldsOf = (
  written: Readonly<Record<string, Branch>>,
  table: string,
): readonly (readonly [string, EmitValue])[] =>
  Object.entries(written).map(([field, value]) => [field, emitValueOf(value, table)] as const)

function emitValueOf(written: Branch, table: string): EmitValue {
  if (typeof written === 'string')
    return { kind: 'column', ...columnOf(written, table), as: 'text', digits: null }
  if ('constant' in written) return { kind: 'constant', value: written.constant as Scalar }
  if ('object' in written) return { kind: 'object', fields: fieldsOf(written.object, table) }
  if ('by' in written) {
    const one = 'row' in written
    const found = one ? written.row : written.rows
    const by = Object.entries(written.by).map(([name, of]) => [name, columnOf(of, table)] as const)
    return 'columns' in written
      ? { kind: 'rows', table: found, by, fields: fieldsOf(written.columns, found) }
      : { kind: 'values', table: found, by, one, each: emitValueOf(written.value, found) }
  }
  return {
    kind: 'column',
    ...columnOf(written.column, table),
    as: written.as ?? 'text',
    digits: written.minorUnits ?? null,
  }
}

export function emitOf(written: EmitDocument, tables: readonly TableMapping[]): Emit {
  const source = tables.find((table) => table.source === written.of)
  const first = source?.targets[0]?.table ?? ''
  return {
    into: written.into,
    stamp: written.stamp ?? null,
    of: written.of,
    on: written.on,
    when: Object.entries(written.when ?? {}).map(([name, equals]) => ({
      ...columnOf(name, first),
      equals: textOf(equals),
    })),
    changed: (written.changed ?? []).map((name) => columnOf(name, first)),
    ...(written.notFirstOf === undefined
      ? {}
      : { notFirstOf: columnOf(written.notFirstOf, first) }),
    type: written.type,
    aggregate: {
      type: written.aggregate.type,
      id: columnOf(written.aggregate.id, first),
      prefix: written.aggregate.prefix ?? '',
    },
    payload: fieldsOf(written.payload, first),
  }
}
