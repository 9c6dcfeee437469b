/**
 * A manifest against the other domains' manifests and the project: no request and no table has two
 * owners, and every name means something.
 *
 * @module
 */
import { problemAt } from '../manifest/document.ts'
import type { Manifest, Problem, Project } from '../manifest/model.ts'
import { conflicts } from '../routing/overlap.ts'
import { inOrder } from './manifest.ts'

export function checkAgainst(
  manifest: Manifest,
  others: readonly Manifest[],
  project: Project,
): readonly Problem[] {
  const rest = others.filter(({ domain }) => domain !== manifest.domain)
  const problem = (path: string, message: string, remedy: string) =>
    problemAt(manifest, path, message, remedy)
  const foreign = rest.flatMap(({ routes }) => routes)

  const overlaps = manifest.routes.flatMap((rule) =>
    foreign
      .filter((other) => conflicts(rule, other))
      .map((other) => {
        const remedy = `tell them apart by method, query, host or header, or, where this is the narrower, write \`overrides: [${other.domain}]\``
        const message = `${rule.id}: overlaps the route ${other.id} of domain ${other.domain}`
        return problem(rule.at ?? 'routes', message, remedy)
      }),
  )
  const names = new Set([manifest.domain, ...rest.map(({ domain }) => domain)])
  const strangers = manifest.routes.flatMap((rule) =>
    [...new Set([...rule.reads, ...rule.writes, ...(rule.overrides ?? [])])]
      .filter((name) => !names.has(name))
      .map((name) => {
        const message = `${rule.id}: names the domain ${name}, which is not registered`
        return problem(rule.at ?? 'routes', message, `register ${name} first, or mend the name`)
      }),
  )
  const tables = manifest.tables.flatMap(({ source }) =>
    rest
      .filter(
        (other) =>
          other.schemas.source === manifest.schemas.source &&
          other.tables.some((table) => table.source === source),
      )
      .map((other) => {
        const message = `${source}: belongs to domain ${other.domain} already`
        return problem(`tables.${source}`, message, 'a table has one domain; remove it from one')
      }),
  )
  const upstream =
    manifest.service in project.upstreams
      ? []
      : [
          problem(
            'upstream',
            `${manifest.service}: is no upstream of ${project.file}`,
            `add it there: \`upstreams: { ${manifest.service}: [http://host:port] }\``,
          ),
        ]
  return inOrder([...overlaps, ...strangers, ...tables, ...upstream])
}
