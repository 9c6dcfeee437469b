/**
 * What the grammar cannot say: rules between the parts of one manifest, before any database is seen.
 *
 * @module
 */
import { checkEmits } from '../check/emits.ts'
import type { Finding } from '../check/finding.ts'
import { zoneProblem } from '../mapping/zone.ts'
import { overlapProblems } from '../routing/overlap.ts'
import type { Manifest, TableMapping } from './model.ts'
import { checkParity } from './parity.ts'
import { lensesNamed } from './parse.ts'
import type { LensDocument, ManifestDocument } from './schema.ts'

export function checkShape(written: ManifestDocument, manifest: Manifest): readonly Finding[] {
  return [
    ...Object.entries(written.tables ?? {}).flatMap(([source, table]) =>
      Object.entries(table.to).flatMap(([target, columns]) =>
        Object.entries(columns).flatMap(([to, column]) =>
          typeof column === 'string'
            ? []
            : checkLens(
                `tables.${source}.to.${target}.${to}`,
                `${source} → ${target}.${to}`,
                column,
              ),
        ),
      ),
    ),
    ...manifest.tables.flatMap(checkTable),
    ...checkTargets(manifest),
    ...checkOwn(written, manifest),
    ...checkEmits(manifest),
    ...checkParity(manifest.parity, manifest.routes),
    ...overlapProblems(manifest.routes),
  ]
}

function checkLens(path: string, subject: string, written: LensDocument): readonly Finding[] {
  const findings: Finding[] = []
  const add = (at: string, fact: string, remedy: string) =>
    findings.push({ path: at, message: `${subject}: ${fact}`, remedy })
  const named = lensesNamed(written)
  if (named.length > 1) {
    add(path, `has ${named.length} lenses (${named.join(', ')}), one at most`, 'keep one')
  }
  if (written.constant !== undefined && written.from !== undefined) {
    add(path, 'has both `from` and `constant`', 'a constant has no source column; keep one')
  }
  if (written.constant === undefined && written.from === undefined) {
    add(path, 'names no source column', 'write `from: <source column>`')
  }
  if (written.enum) {
    const targets = Object.values(written.enum).map((value) => String(value))
    const twice = targets.find((value, index) => targets.indexOf(value) !== index)
    if (twice !== undefined) {
      const remedy = 'give each source value a target value of its own'
      add(
        `${path}.enum`,
        `maps two source values to one target value, so it has no inverse`,
        remedy,
      )
    }
  }
  if (typeof written.boolean === 'object') {
    if (String(written.boolean.true) === String(written.boolean.false)) {
      add(`${path}.boolean`, 'writes true and false alike', 'give each a value of its own')
    }
  }
  if (written.instant !== undefined) {
    const problem = zoneProblem(written.instant, written.lossy !== undefined)
    if (problem) add(`${path}.instant`, problem.message, problem.remedy)
  }
  return findings
}

function checkTable(table: TableMapping): readonly Finding[] {
  const path = `tables.${table.source}`
  const findings: Finding[] = []
  if (table.targets.length === 0) {
    const message = `${table.source}: maps to no table`
    findings.push({ path: `${path}.to`, message, remedy: 'name a target table under `to:`' })
  }
  const left = new Set(table.leave.map(({ column }) => column))
  for (const target of table.targets) {
    const seen = new Set<string>()
    for (const column of target.columns) {
      const at = `${path}.to.${target.table}.${column.to}`
      if (column.from === null) continue
      if (left.has(column.from)) {
        const message = `${table.source}.${column.from}: is both mapped and left`
        findings.push({ path: at, message, remedy: 'remove it from `leave:` or from `to:`' })
      }
      if (seen.has(column.from)) {
        const message = `${table.source}.${column.from}: feeds two columns of ${target.table}`
        const remedy = 'map it once; the way back could not choose between them'
        findings.push({ path: at, message, remedy })
      }
      seen.add(column.from)
    }
  }
  return findings
}

/** Several source tables may not feed one target table: a row would have two sources of truth. */
function checkTargets(manifest: Manifest): readonly Finding[] {
  const owner = new Map<string, string>()
  const findings: Finding[] = []
  for (const table of manifest.tables) {
    for (const target of table.targets) {
      const other = owner.get(target.table)
      if (other !== undefined) {
        findings.push({
          path: `tables.${table.source}.to.${target.table}`,
          message: `${target.table}: is fed by ${other} and by ${table.source}`,
          remedy: 'give each source table target tables of its own',
        })
      }
      owner.set(target.table, table.source)
    }
  }
  return findings
}

/** What belongs to the service alone, and what a domain without tables cannot have. */
function checkOwn(written: ManifestDocument, manifest: Manifest): readonly Finding[] {
  const findings: Finding[] = []
  const add = (path: string, message: string, remedy: string) =>
    findings.push({ path, message, remedy })
  const mapped = new Set(
    manifest.tables.flatMap(({ targets }) => targets.map(({ table }) => table)),
  )
  for (const [index, entry] of manifest.serviceOnly.entries()) {
    const path = `serviceOnly.${index}`
    if (mapped.has(entry))
      add(path, `${entry}: is mapped, and the service's own too`, 'keep one of the two')
    if (manifest.serviceOnly.indexOf(entry) !== index)
      add(path, `${entry}: is listed twice`, 'remove one')
  }
  if (manifest.tables.length > 0 && written.schemas === undefined)
    add(
      'tables',
      `${manifest.domain}: has tables, and no \`schemas:\``,
      'write `schemas: { source: <monolith schema>, target: <service schema> }`',
    )
  return findings
}
