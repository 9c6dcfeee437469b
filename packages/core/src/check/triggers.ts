/**
 * The application's own triggers on owned tables: they fire for our applier too, so what they do
 * would happen twice.
 *
 * @module
 */
import type { Manifest } from '../manifest/model.ts'
import type { ManifestFacts } from './facts.ts'
import { type Finding, finding } from './finding.ts'

export function checkTriggers(
  manifest: Manifest,
  { source, target }: ManifestFacts,
): readonly Finding[] {
  const paths = new Map<string, string>()
  for (const table of manifest.tables) {
    paths.set(`${manifest.schemas.source}.${table.source}`, `tables.${table.source}`)
    for (const to of table.targets) {
      const name = `${manifest.schemas.target}.${to.table}`
      paths.set(name, `tables.${table.source}.to.${to.table}`)
    }
  }
  const all = [...source.triggers, ...target.triggers]
  const undeclared = all.flatMap((trigger) => {
    const path = paths.get(`${trigger.schema}.${trigger.table}`)
    if (path === undefined || trigger.name in manifest.triggers) return []
    const message = `${trigger.table}: the application's trigger ${trigger.name} (${trigger.fires}) would fire for the applier too`
    const remedy = `guard its body with IF @matapalo_term IS NULL THEN … END IF, or drop it, then declare it: \`triggers: { ${trigger.name}: <why it is harmless> }\``
    return [finding(path, message, remedy)]
  })
  const unknown = Object.keys(manifest.triggers).flatMap((name) =>
    all.some((trigger) => trigger.name === name)
      ? []
      : [finding(`triggers.${name}`, `${name}: there is no such trigger`, 'remove it')],
  )
  return [...undeclared, ...unknown]
}
