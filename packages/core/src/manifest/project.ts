/**
 * `matapalo.yaml`: the project's own file.
 *
 * @module
 */
import { overlapProblems } from '../routing/overlap.ts'
import { problemAt, readDocument } from './document.ts'
import type { Problem, Project } from './model.ts'
import { expandRoute } from './routes.ts'
import { type ProjectDocument, projectSchema } from './schema.ts'

export type ParsedProject =
  | { readonly project: Project }
  | { readonly problems: readonly Problem[] }

/**
 * `${NAME}` and `${NAME:-default}` in a value are replaced from `variables`; the caller reads the
 * environment, this function does not.
 */
export function parseProject(
  yamlText: string,
  file: string,
  variables: Readonly<Record<string, string | undefined>> = {},
): ParsedProject {
  const substitute = (text: string) =>
    text.replace(
      /\$\{([A-Z][A-Z0-9_]*)(?::-([^}]*))?\}/g,
      (whole, name: string, fallback?: string) => variables[name] ?? fallback ?? whole,
    )
  const read = readDocument(yamlText, file, projectSchema, substitute)
  if ('problems' in read) return read
  const project = normalise(read.value, file, read.positions)
  const problems = overlapProblems(project.routes).map(({ path, message, remedy }) =>
    problemAt(project, path, message, remedy),
  )
  return problems.length > 0 ? { problems } : { project }
}

const normalise = (
  written: ProjectDocument,
  file: string,
  positions: Project['positions'],
): Project => ({
  name: written.project,
  databases: {
    monolith: { ...written.databases.monolith, port: Number(written.databases.monolith.port) },
    services: { ...written.databases.services, port: Number(written.databases.services.port) },
  },
  upstreams: written.upstreams,
  session: written.session,
  routes: (written.routes ?? []).flatMap((route, index) => expandRoute(null, route, index)),
  unlisted: {
    reads: written.unlisted?.reads ?? 'all',
    writes: written.unlisted?.writes ?? 'all',
    tolerates: written.unlisted?.tolerates ?? [],
  },
  file,
  positions,
})
