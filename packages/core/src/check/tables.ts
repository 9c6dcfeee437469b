/**
 * A table's mapping against its tables: that they exist, have keys, and that no column is forgotten.
 *
 * @module
 */
import type { Manifest, TableMapping, TargetMapping } from '../manifest/model.ts'
import type { ColumnShape, TableShape } from '../rows.ts'
import { checkColumn } from './columns.ts'
import type { ManifestFacts } from './facts.ts'
import { type Finding, finding } from './finding.ts'
import { nearest } from './nearest.ts'

export function checkTable(
  manifest: Manifest,
  mapping: TableMapping,
  { source, target }: ManifestFacts,
): readonly Finding[] {
  const path = `tables.${mapping.source}`
  const shape = source.shapes.find(({ table }) => table === mapping.source)
  const findings: Finding[] = []
  if (!shape) {
    const names = source.shapes.map(({ table }) => table)
    findings.push(
      missing(path, `${manifest.schemas.source}.${mapping.source}`, mapping.source, names),
    )
  } else {
    if (shape.primaryKey.length === 0) findings.push(noKey(path, manifest.schemas.source, shape))
    findings.push(...checkSourceColumns(mapping, shape))
  }
  for (const to of mapping.targets) {
    const at = `${path}.to.${to.table}`
    const targetShape = target.shapes.find(({ table }) => table === to.table)
    if (!targetShape) {
      const names = target.shapes.map(({ table }) => table)
      findings.push(missing(at, `${manifest.schemas.target}.${to.table}`, to.table, names))
      continue
    }
    findings.push(...checkTargetColumns(manifest, at, to, targetShape))
    if (!shape) continue
    findings.push(...checkKey(manifest, at, to, shape, targetShape))
    for (const column of to.columns) {
      const values = source.values?.[mapping.source]?.[column.from ?? '']
      findings.push(...checkColumn(`${at}.${column.to}`, column, shape, targetShape, values))
    }
  }
  return findings
}

const missing = (path: string, what: string, name: string, names: readonly string[]): Finding => {
  const like = nearest(name, names)
  const remedy = like ? `did you mean \`${like}\`?` : 'mend the name, or create it by a migration'
  return finding(path, `${what}: does not exist`, remedy)
}

const noKey = (path: string, schema: string, { table }: TableShape): Finding =>
  finding(
    path,
    `${table}: has no primary key, so its changes cannot be told apart`,
    `run: ALTER TABLE ${schema}.${table} ADD COLUMN id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY; then map it`,
  )

/** Every source column is mapped, or left with a reason. */
function checkSourceColumns(mapping: TableMapping, shape: TableShape): readonly Finding[] {
  const path = `tables.${mapping.source}`
  const findings: Finding[] = []
  const mapped = new Map<string, string>()
  for (const target of mapping.targets) {
    for (const { from, to } of target.columns) {
      if (from === null) continue
      const before = mapped.get(from)
      if (before !== undefined && !shape.primaryKey.includes(from)) {
        const at = `${path}.to.${target.table}.${to}`
        const message = `${mapping.source}.${from}: feeds both ${before} and ${target.table}.${to}`
        findings.push(finding(at, message, 'map it once; only key columns go to every target'))
      }
      mapped.set(from, `${target.table}.${to}`)
    }
  }
  const left = new Map(mapping.leave.map((one) => [one.column, one]))
  const names = shape.columns.map(({ name }) => name)
  for (const [column] of left) {
    if (names.includes(column)) continue
    findings.push(missing(`${path}.leave.${column}`, `${mapping.source}.${column}`, column, names))
  }
  for (const column of shape.columns) {
    const leave = left.get(column.name)
    if (leave === undefined) {
      if (mapped.has(column.name)) continue
      const message = `${mapping.source}.${column.name}: is not mapped`
      const remedy = `map it under \`to:\`, or say under \`leave:\` why it stays`
      findings.push(finding(`${path}`, message, remedy))
    } else if (leave.reverseDefault === undefined && insists(column)) {
      const message = `${mapping.source}.${column.name}: is left, but NOT NULL without a default, so a row of the service could not come back`
      const remedy = 'write `{ why: …, reverseDefault: <value> }`, or give the column a default'
      findings.push(finding(`${path}.leave.${column.name}`, message, remedy))
    }
  }
  return findings
}

const insists = (column: ColumnShape): boolean =>
  !column.nullable && !column.hasDefault && !column.generated && !column.autoIncrement

/** Every target column is mapped, or the service's own and able to do without a value. */
function checkTargetColumns(
  manifest: Manifest,
  path: string,
  target: TargetMapping,
  shape: TableShape,
): readonly Finding[] {
  const mapped = new Set(target.columns.map(({ to }) => to))
  return shape.columns.flatMap((column) => {
    if (mapped.has(column.name) || column.generated) return []
    const name = `${target.table}.${column.name}`
    if (!manifest.serviceOnly.includes(name)) {
      const remedy = `map it, give it a \`constant:\`, or list ${name} under \`serviceOnly:\``
      return [finding(path, `${name}: is not mapped`, remedy)]
    }
    if (!insists(column)) return []
    const at = `serviceOnly.${manifest.serviceOnly.indexOf(name)}`
    const message = `${name}: is the service's own, but NOT NULL without a default`
    return [finding(at, message, 'give the column a default by a migration, or a `constant:`')]
  })
}

/** The target's key is the source's key, column by column, so that rows and ranges correspond. */
function checkKey(
  manifest: Manifest,
  path: string,
  target: TargetMapping,
  source: TableShape,
  shape: TableShape,
): readonly Finding[] {
  if (shape.primaryKey.length === 0) return [noKey(path, manifest.schemas.target, shape)]
  if (source.primaryKey.length === 0) return []
  const findings: Finding[] = []
  const mapped: string[] = []
  for (const key of source.primaryKey) {
    const column = target.columns.find(({ from }) => from === key)
    if (!column) {
      const message = `${target.table}: lacks the key column ${source.table}.${key}`
      findings.push(finding(path, message, `map it: \`${key}: ${key}\``))
      continue
    }
    mapped.push(column.to)
    if (
      column.lens.kind !== 'same' ||
      column.whenNull !== undefined ||
      column.lossy !== undefined
    ) {
      const message = `${target.table}.${column.to}: a key column is mapped as it is`
      findings.push(finding(`${path}.${column.to}`, message, `write \`${column.to}: ${key}\``))
    }
  }
  const same =
    mapped.length === shape.primaryKey.length &&
    shape.primaryKey.every((name) => mapped.includes(name))
  if (!same && findings.length === 0) {
    const message = `${target.table}: its primary key (${shape.primaryKey.join(', ')}) is not the mapped key of ${source.table} (${mapped.join(', ')})`
    findings.push(finding(path, message, 'give both tables the same key'))
  }
  return findings
}
