/**
 * `emits:` against the mapping, and the outboxes against the database. What an event tells must be
 * what a change can show, and its table must take it.
 *
 * @module
 */
import type { Emit, EmitColumn, EmitFields, EmitValue, Manifest } from '../manifest/model.ts'
import type { ManifestFacts } from './facts.ts'
import { type Finding, finding } from './finding.ts'

/** What Debezium's EventRouter reads unless it is told otherwise. */
export const outboxColumns = ['id', 'aggregatetype', 'aggregateid', 'type', 'payload'] as const

const columnsOf = (value: EmitValue): readonly EmitColumn[] => {
  if (value.kind === 'column') return [value]
  if (value.kind === 'object') return columnsIn(value.fields)
  return value.kind === 'rows' || value.kind === 'values' ? value.by.map(([, of]) => of) : []
}
const columnsIn = (fields: EmitFields): readonly EmitColumn[] =>
  fields.flatMap(([, value]) => columnsOf(value))

/** Columns of other rows, which may be of any mapped table. */
const rowsIn = (fields: EmitFields): readonly EmitColumn[] =>
  fields.flatMap(([, value]) =>
    value.kind === 'rows' || value.kind === 'values'
      ? [
          ...value.by.map(([column]) => ({ table: value.table, column })),
          ...(value.kind === 'rows' ? columnsIn(value.fields) : columnsOf(value.each)),
        ]
      : [],
  )

export function checkEmits(manifest: Manifest): readonly Finding[] {
  const mapped = (source: string | null): ReadonlySet<string> =>
    new Set(
      manifest.tables
        .filter((table) => source === null || table.source === source)
        .flatMap(({ targets }) =>
          targets.flatMap(({ table, columns }) => columns.map(({ to }) => `${table}.${to}`)),
        ),
    )
  const all = mapped(null)
  return manifest.emits.flatMap((emit, index) => {
    const path = `emits.${index}`
    if (!manifest.tables.some(({ source }) => source === emit.of))
      return [
        finding(`${path}.of`, `${emit.of}: is no table of this domain`, 'name one under `tables:`'),
      ]
    const own = mapped(emit.of)
    const findings: Finding[] = []
    if (!manifest.serviceOnly.includes(emit.into))
      findings.push(
        finding(
          `${path}.into`,
          `${emit.into}: is not listed as the service's own`,
          `write \`serviceOnly: [${emit.into}]\``,
        ),
      )
    const strange = (at: string, columns: readonly EmitColumn[], known: ReadonlySet<string>) => {
      for (const { table, column } of columns) {
        if (known.has(`${table}.${column}`)) continue
        const message = `${table}.${column}: is not mapped from ${known === all ? 'any table' : emit.of}`
        findings.push(finding(`${path}.${at}`, message, 'name a mapped column, as `table.column`'))
      }
    }
    strange('when', [...emit.when, ...emit.changed], own)
    strange('notFirstOf', emit.notFirstOf === undefined ? [] : [emit.notFirstOf], own)
    strange('aggregate', [emit.aggregate.id], own)
    strange('payload', columnsIn(emit.payload), own)
    strange('payload', rowsIn(emit.payload), all)
    return findings
  })
}

const needs = (emit: Emit): readonly string[] => [
  ...outboxColumns,
  ...(emit.stamp === null ? [] : [emit.stamp]),
]

/** That the outbox itself exists is asked by `serviceOnly`. */
export function checkOutboxes(manifest: Manifest, { target }: ManifestFacts): readonly Finding[] {
  return manifest.emits.flatMap((emit, index) => {
    const shape = target.shapes.find(({ table }) => table === emit.into)
    if (shape === undefined) return []
    const names = shape.columns.map(({ name }) => name)
    const absent = needs(emit).filter((column) => !names.includes(column))
    const insists = shape.columns.filter(
      ({ name, nullable, hasDefault, generated, autoIncrement }) =>
        !needs(emit).includes(name) && !nullable && !hasDefault && !generated && !autoIncrement,
    )
    return [
      ...absent.map((column) =>
        finding(
          `emits.${index}.into`,
          `${emit.into}.${column}: does not exist`,
          'give the outbox the columns id, aggregatetype, aggregateid, type and payload',
        ),
      ),
      ...insists.map(({ name }) =>
        finding(
          `emits.${index}.into`,
          `${emit.into}.${name}: is NOT NULL without a default`,
          `give it a default, or, if it holds the time, write \`stamp: ${name}\``,
        ),
      ),
    ]
  })
}
