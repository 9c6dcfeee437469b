/**
 * Databases as a test case writes them, to the facts that preflight would have read.
 *
 * @module
 */
import type {
  GrantFact,
  ManifestFacts,
  ReferentialRule,
  SchemaFacts,
  ServerFact,
  TriggerFact,
} from '@matapalo/core'
import { type TableDefinition, tableShape } from '../shapes.ts'

interface ForeignKeyDocument {
  readonly constraint: string
  readonly table: string
  readonly columns: readonly string[]
  readonly parent: string
  readonly onDelete?: ReferentialRule
  readonly onUpdate?: ReferentialRule
}

interface SchemaDocument {
  readonly tables: Readonly<Record<string, TableDefinition>>
  readonly foreignKeys: readonly ForeignKeyDocument[]
  readonly triggers: readonly TriggerFact[]
  readonly values?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
}

export interface DatabasesDocument {
  readonly source: SchemaDocument
  readonly target: SchemaDocument
  readonly server: ServerFact
  readonly grants: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Maps are merged by key; foreign keys by constraint; anything else replaces. */
export function merged(base: unknown, change: unknown): unknown {
  if (isMap(base) && isMap(change)) {
    const keys = [...new Set([...Object.keys(base), ...Object.keys(change)])]
    return Object.fromEntries(
      keys.map((key) => [key, key in change ? merged(base[key], change[key]) : base[key]]),
    )
  }
  if (Array.isArray(base) && Array.isArray(change) && change.some((item) => isMap(item))) {
    const nameOf = (item: unknown) => (isMap(item) ? item.constraint : undefined)
    const names = change.map(nameOf)
    return [...base.filter((item) => !names.includes(nameOf(item))), ...change]
  }
  return change
}

const schemaOf = (schema: string, document: SchemaDocument): SchemaFacts => ({
  shapes: Object.entries(document.tables).map(([table, one]) => tableShape(schema, table, one)),
  foreignKeys: document.foreignKeys.map((key) => ({
    constraint: key.constraint,
    schema,
    table: key.table,
    columns: key.columns,
    referencedSchema: schema,
    referencedTable: key.parent,
    referencedColumns: ['id'],
    onDelete: key.onDelete ?? 'RESTRICT',
    onUpdate: key.onUpdate ?? 'RESTRICT',
  })),
  triggers: document.triggers,
  ...(document.values === undefined ? {} : { values: document.values }),
})

export const factsOf = (document: DatabasesDocument): ManifestFacts => ({
  source: schemaOf('shop', document.source),
  target: schemaOf('catalog', document.target),
})

export const grantsOf = (document: DatabasesDocument['grants']): readonly GrantFact[] =>
  Object.entries(document).flatMap(([account, schemas]) =>
    Object.entries(schemas).flatMap(([schema, privileges]) =>
      privileges.map((privilege) => ({ account, schema, table: '*', privilege })),
    ),
  )
