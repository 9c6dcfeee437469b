/**
 * Route paths: whole segments, `:name` for one of any text, a last `*` for any rest.
 *
 * @module
 */

/** A literal, or null for "any one segment". */
export interface Pattern {
  readonly segments: readonly (string | null)[]
  /** A last `*`: any rest, also none. */
  readonly rest: boolean
}

/** `/a/b/` and `/a/b` are one path; `//` keeps its empty segment, which no literal equals. */
export function segmentsOf(path: string): readonly string[] {
  const segments = path.split('/').slice(1)
  if (segments.at(-1) === '') segments.pop()
  return segments
}

export function patternOf(path: string): Pattern {
  const segments = segmentsOf(path)
  const rest = segments.at(-1) === '*'
  const fixed = rest ? segments.slice(0, -1) : segments
  return { segments: fixed.map((segment) => (segment.startsWith(':') ? null : segment)), rest }
}

export function matchesPattern(pattern: Pattern, path: readonly string[]): boolean {
  const { segments, rest } = pattern
  if (rest ? path.length < segments.length : path.length !== segments.length) return false
  return segments.every((segment, index) =>
    segment === null ? path[index] !== '' : segment === path[index],
  )
}

/** Is there a path that both match? */
export function patternsMeet(a: Pattern, b: Pattern): boolean {
  const shorter = a.segments.length <= b.segments.length ? a : b
  const longer = shorter === a ? b : a
  if (shorter.segments.length < longer.segments.length && !shorter.rest) return false
  return shorter.segments.every((segment, index) => {
    const other = longer.segments[index] ?? null
    return segment === null || other === null || segment === other
  })
}

/** Does every path that `inner` matches match `outer` too? */
export function patternCovers(outer: Pattern, inner: Pattern): boolean {
  if (inner.rest && !outer.rest) return false
  if (outer.rest ? inner.segments.length < outer.segments.length : false) return false
  if (!outer.rest && outer.segments.length !== inner.segments.length) return false
  return outer.segments.every((segment, index) =>
    segment === null ? index < inner.segments.length : segment === inner.segments[index],
  )
}

/** Negative when `a` is more specific: literal before `:name` before `*`, from the left. */
export function comparePatterns(a: Pattern, b: Pattern): number {
  const length = Math.max(a.segments.length, b.segments.length)
  for (let index = 0; index < length; index++) {
    const difference = rank(a, index) - rank(b, index)
    if (difference !== 0) return difference
  }
  return Number(a.rest) - Number(b.rest)
}

function rank(pattern: Pattern, index: number): number {
  if (index >= pattern.segments.length) return pattern.rest ? 2 : 3
  return pattern.segments[index] === null ? 1 : 0
}
