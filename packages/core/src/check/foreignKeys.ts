/**
 * Foreign keys: none may change owned rows behind the triggers' back, and each that crosses the
 * domain's border needs a decision.
 *
 * @module
 */
import type { Manifest } from '../manifest/model.ts'
import { quoted } from '../mapping/sqlText.ts'
import type { ForeignKeyFact, ManifestFacts } from './facts.ts'
import { type Finding, finding } from './finding.ts'

const restricts = (rule: string): boolean => rule === 'RESTRICT' || rule === 'NO ACTION'

const tableName = (schema: string, table: string): string => `${quoted(schema)}.${quoted(table)}`

export const dropForeignKey = (key: ForeignKeyFact): string =>
  `ALTER TABLE ${tableName(key.schema, key.table)} DROP FOREIGN KEY ${quoted(key.constraint)};`

const restrictForeignKey = (key: ForeignKeyFact): string =>
  `ALTER TABLE ${tableName(key.schema, key.table)} DROP FOREIGN KEY ${quoted(key.constraint)}, ` +
  `ADD CONSTRAINT ${quoted(`${key.constraint.slice(0, 57)}_strict`)} FOREIGN KEY (${key.columns.map(quoted).join(', ')}) ` +
  `REFERENCES ${tableName(key.referencedSchema, key.referencedTable)} (${key.referencedColumns.map(quoted).join(', ')});`

export function checkForeignKeys(
  manifest: Manifest,
  { source, target }: ManifestFacts,
): readonly Finding[] {
  const owned = new Map(manifest.tables.map((table) => [table.source, `tables.${table.source}`]))
  const fed = new Map(
    manifest.tables.flatMap((table) =>
      table.targets.map((to) => [to.table, `tables.${table.source}.to.${to.table}`] as const),
    ),
  )
  const crossing = source.foreignKeys.filter(
    (key) => owned.has(key.table) !== owned.has(key.referencedTable),
  )
  return [
    ...source.foreignKeys.flatMap((key) => checkCascade(key, owned)),
    ...target.foreignKeys.flatMap((key) => checkCascade(key, fed)),
    ...crossing.flatMap((key) => checkCrossing(manifest, key, owned)),
    ...checkDecisions(manifest, crossing),
  ]
}

/** MariaDB fires no trigger and writes no binlog event for the rows a cascade changes. */
function checkCascade(key: ForeignKeyFact, owned: ReadonlyMap<string, string>): readonly Finding[] {
  const path = owned.get(key.table) ?? owned.get(key.referencedTable)
  if (path === undefined || (restricts(key.onDelete) && restricts(key.onUpdate))) return []
  const rule = restricts(key.onDelete) ? `ON UPDATE ${key.onUpdate}` : `ON DELETE ${key.onDelete}`
  const message = `${key.table}: foreign key ${key.constraint} to ${key.referencedTable} has ${rule}, which changes rows that no trigger and no change feed sees`
  const remedy = `let the application change those rows itself, then run: ${restrictForeignKey(key)}`
  return [finding(path, message, remedy)]
}

function checkCrossing(
  manifest: Manifest,
  key: ForeignKeyFact,
  owned: ReadonlyMap<string, string>,
): readonly Finding[] {
  const index = manifest.foreignKeys.findIndex((one) => one.constraint === key.constraint)
  const decided = manifest.foreignKeys[index]
  const subject = `${key.table}: foreign key ${key.constraint} to ${key.referencedTable}`
  if (decided === undefined) {
    const path = owned.get(key.table) ?? owned.get(key.referencedTable) ?? 'tables'
    const remedy =
      `add to \`foreignKeys:\` either { constraint: ${key.constraint}, decision: forbid-deletes, why: … } ` +
      `(the service refuses such deletes) or decision: drop, and run: ${dropForeignKey(key)}`
    return [finding(path, `${subject} crosses the domain's border without a decision`, remedy)]
  }
  if (decided.decision === 'forbid-deletes') return []
  const message = `${subject} is to be dropped, and still stands`
  return [finding(`foreignKeys.${index}`, message, `run: ${dropForeignKey(key)}`)]
}

/** A decision to drop outlives its key: it stays as a record. */
function checkDecisions(
  manifest: Manifest,
  crossing: readonly ForeignKeyFact[],
): readonly Finding[] {
  return manifest.foreignKeys.flatMap(({ constraint, decision }, index) => {
    if (decision === 'drop' || crossing.some((key) => key.constraint === constraint)) return []
    const names = crossing.map((key) => key.constraint).join(', ') || 'there is none'
    const message = `${constraint}: no foreign key of that name crosses the domain's border`
    return [finding(`foreignKeys.${index}`, message, `mend the name (${names}), or remove it`)]
  })
}
