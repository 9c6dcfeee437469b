/**
 * Holds a manifest against the two databases it speaks of. Changes nothing, finds everything at once.
 *
 * @module
 */
import { problemAt } from '../manifest/document.ts'
import type { Manifest, Problem } from '../manifest/model.ts'
import { checkOutboxes } from './emits.ts'
import type { ManifestFacts } from './facts.ts'
import { checkForeignKeys } from './foreignKeys.ts'
import { checkTable } from './tables.ts'
import { checkTriggers } from './triggers.ts'

export function checkManifest(manifest: Manifest, facts: ManifestFacts): readonly Problem[] {
  const findings = [
    ...manifest.tables.flatMap((table) => checkTable(manifest, table, facts)),
    ...checkServiceOnly(manifest, facts),
    ...checkOutboxes(manifest, facts),
    ...checkForeignKeys(manifest, facts),
    ...checkTriggers(manifest, facts),
  ]
  return inOrder(
    findings.map(({ path, message, remedy }) => problemAt(manifest, path, message, remedy)),
  )
}

export const inOrder = (problems: readonly Problem[]): readonly Problem[] =>
  [...problems].sort((a, b) => a.line - b.line || a.column - b.column)

function checkServiceOnly(manifest: Manifest, { target }: ManifestFacts) {
  return manifest.serviceOnly.flatMap((entry, index) => {
    const [table = '', column] = entry.split('.')
    const shape = target.shapes.find((one) => one.table === table)
    const found =
      shape && (column === undefined || shape.columns.some(({ name }) => name === column))
    if (found) return []
    return [
      {
        path: `serviceOnly.${index}`,
        message: `${entry}: does not exist in ${manifest.schemas.target}`,
        remedy: 'mend the name, or remove it',
      },
    ]
  })
}
