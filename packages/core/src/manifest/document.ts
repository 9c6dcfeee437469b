/**
 * YAML text to a checked value that still knows where everything stood.
 *
 * The one file that imports `yaml`.
 *
 * @module
 */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml'
import type { z } from 'zod'
import type { Positions, Problem } from './model.ts'
import { remedyFor } from './remedies.ts'

export interface Checked<T> {
  readonly value: T
  readonly positions: Positions
}

type Path = readonly PropertyKey[]

export const dotted = (path: Path): string => path.map(String).join('.')

/** The position of a path, or of its nearest ancestor that exists. */
export function positionOf(positions: Positions, path: string): readonly [number, number] {
  for (let at = path; ; at = at.slice(0, at.lastIndexOf('.'))) {
    const found = positions[at]
    if (found) return found
    if (!at.includes('.')) return positions[''] ?? [1, 1]
  }
}

export function problemAt(
  at: { readonly file: string; readonly positions: Positions },
  path: string,
  message: string,
  remedy: string,
): Problem {
  const [line, column] = positionOf(at.positions, path)
  return { file: at.file, line, column, path, message, remedy }
}

/** Every syntax and schema problem of the text at once, or the value. `substitute` sees each string. */
export function readDocument<T>(
  text: string,
  file: string,
  schema: z.ZodType<T>,
  substitute: (text: string) => string = (same) => same,
): Checked<T> | { readonly problems: readonly Problem[] } {
  const counter = new LineCounter()
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false })
  if (document.errors.length > 0) {
    return {
      problems: document.errors.map((error) => {
        const { line, col } = counter.linePos(error.pos[0])
        const remedy = 'mend the YAML: two spaces per level, quotes around text with `: ` or `#`'
        return { file, line, column: col, path: '', message: error.message, remedy }
      }),
    }
  }

  const positions: Record<string, readonly [number, number]> = { '': [1, 1] }
  const place = (path: Path, offset: number | undefined) => {
    if (offset === undefined) return
    const { line, col } = counter.linePos(offset)
    positions[dotted(path)] = [line, col]
  }
  /** A scalar's text is kept as written where YAML would make `007` or `1.50` a number. */
  const read = (node: unknown, path: Path): unknown => {
    if (isAlias(node)) return read(node.resolve(document), path)
    if (isMap(node)) {
      const value: Record<string, unknown> = {}
      for (const pair of node.items) {
        const key = isScalar(pair.key)
          ? (pair.key.source ?? String(pair.key.value))
          : String(pair.key)
        if (isScalar(pair.key)) place([...path, key], pair.key.range?.[0])
        Object.defineProperty(value, key, {
          value: read(pair.value, [...path, key]),
          enumerable: true,
        })
      }
      return value
    }
    if (isSeq(node)) {
      return node.items.map((item, index) => {
        const range = (item as { readonly range?: readonly number[] } | null)?.range
        place([...path, index], range?.[0])
        return read(item, [...path, index])
      })
    }
    if (isScalar(node)) {
      if (typeof node.value === 'string') return substitute(node.value)
      if (typeof node.value === 'number' && String(node.value) !== node.source) return node.source
      return node.value
    }
    return node ?? null
  }
  const plain = read(document.contents, [])
  const result = schema.safeParse(plain)
  if (result.success) return { value: result.data, positions }
  const problems = result.error.issues.flatMap((issue) => fromIssue(issue, file, positions))
  return { problems: problems.sort((a, b) => a.line - b.line || a.column - b.column) }
}

type Issue = z.core.$ZodIssue

/** A union's failure is told by the branch that came furthest. */
function fromIssue(issue: Issue, file: string, positions: Positions, base: Path = []): Problem[] {
  const path = [...base, ...issue.path]
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const at = dotted([...path, key])
      const message = `${at}: \`${key}\` is not known here`
      return problemAt({ file, positions }, at, message, remedyFor(issue, at))
    })
  }
  if (issue.code === 'invalid_union') {
    const furthest = issue.errors
      .filter((branch) =>
        branch.some((inner) => inner.path.length > 0 || inner.code !== 'invalid_type'),
      )
      .at(-1)
    if (furthest) return furthest.flatMap((inner) => fromIssue(inner, file, positions, path))
  }
  const at = dotted(path)
  const absent = issue.code === 'invalid_type' && !(at in positions)
  const message = absent ? `${at}: is missing` : `${at}: ${wording(issue)}`
  return [problemAt({ file, positions }, at, message, remedyFor(issue, at))]
}

const wording = (issue: Issue): string =>
  issue.message.startsWith('Invalid') || issue.message.startsWith('Too')
    ? issue.message.charAt(0).toLowerCase() + issue.message.slice(1)
    : issue.message
