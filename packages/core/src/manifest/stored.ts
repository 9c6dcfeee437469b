/**
 * Files as a ledger keeps them: their text, which is read anew by each version of the toolkit, and
 * what the version that registered them had made of it.
 *
 * The text counts. Only where this version refuses it does the older reading go on to serve, completed
 * by today's defaults: a migration that runs must not lose its routes at an upgrade. Whoever asks is
 * told what is wrong.
 *
 * @module
 */
import type { Manifest, Problem, Project } from './model.ts'
import { parseManifest } from './parse.ts'
import { parseProject } from './project.ts'

export interface StoredText {
  /** Empty in rows of versions that did not keep it. */
  readonly yaml: string
  /** JSON of what the file was read as when it was registered. */
  readonly json: string
}

export interface StoredManifest {
  readonly manifest: Manifest
  /** Why this version refuses the text; empty: it does not. */
  readonly problems: readonly Problem[]
}

const parsed = (json: string): Readonly<Record<string, unknown>> =>
  JSON.parse(json) as Readonly<Record<string, unknown>> // Written by us only.

/** The defaults of everything that a manifest need not say. */
function leastManifest(): Manifest {
  const least = parseManifest(
    'domain: x\nupstream: x\nroutes: [{ path: /x, methods: [GET] }]\n',
    '',
  )
  if ('problems' in least) throw new TypeError('the least manifest is refused')
  return least.manifest
}

/** 64: the newest versions of a few dozen domains. */
const remembered = 64
const readings = new Map<string, StoredManifest>()

/** Whoever asks every second gets what was read of the same text before. */
export function storedManifest(text: StoredText): StoredManifest {
  const key = `${text.yaml}\0${text.json}`
  const known = readings.get(key)
  if (known !== undefined) return known
  const read = readStored(text)
  const [oldest] = readings.keys()
  if (oldest !== undefined && readings.size >= remembered) readings.delete(oldest)
  readings.set(key, read)
  return read
}

function readStored({ yaml, json }: StoredText): StoredManifest {
  const older = parsed(json)
  const file = String(older.file ?? '')
  const read = yaml === '' ? { problems: [] } : parseManifest(yaml, file)
  if ('manifest' in read) return { manifest: read.manifest, problems: [] }
  // Of the same shape, but for what was added since.
  return { manifest: { ...leastManifest(), ...older } as Manifest, problems: read.problems }
}

/** A project's JSON with the values that its text asks for. */
export type ProjectRecord = Project & { readonly variables?: Readonly<Record<string, string>> }

/** Only what the text names: the rest of an environment is nobody's business. */
export function projectRecord(
  yaml: string,
  project: Project,
  variables: Readonly<Record<string, string>>,
): ProjectRecord {
  const named = Object.entries(variables).filter(([name]) => yaml.includes(`\${${name}`))
  return { ...project, variables: Object.fromEntries(named) }
}

export function storedProject({ yaml, json }: StoredText): Project {
  const { variables, ...older } = parsed(json) as unknown as ProjectRecord // written from one
  if (yaml === '' || variables === undefined) return older
  const read = parseProject(yaml, older.file, variables)
  return 'project' in read ? read.project : older
}
