/**
 * The UTC offsets of a named zone as a finite table, so that code and SQL can agree on every value.
 *
 * MariaDB's CONVERT_TZ was rejected: it needs zone tables, returns its argument unchanged outside
 * 1970–2038, and follows the server's edition of the zone data while the code follows ours.
 *
 * The one file that imports `luxon`.
 *
 * @module
 */
import { IANAZone } from 'luxon'

/** From `from` (seconds since the epoch) on, local time is UTC plus `offset` seconds. */
export interface Span {
  readonly from: number
  readonly offset: number
}

const day = 86_400
/** 1970: earlier values take the offset that held then. */
const firstSecond = 0
/** 2100: later values take the offset that holds then. */
const lastSecond = 130 * 365.25 * day
/** Ten days: the shortest time between two changes on record is about a month. */
const step = 10 * day
/** A change of offset after this makes a zone unfit for a lossless lens. 2000-01-01. */
const modern = 946_684_800

const cache = new Map<string, readonly Span[]>()

export function spansOf(zone: string): readonly Span[] {
  const known = cache.get(zone)
  if (known) return known
  const iana = IANAZone.create(zone)
  const offsetAt = (second: number) => Math.round(iana.offset(second * 1000) * 60)
  const spans: Span[] = [{ from: Number.NEGATIVE_INFINITY, offset: offsetAt(firstSecond) }]
  let offset = offsetAt(firstSecond)
  for (let second = firstSecond; second < lastSecond; second += step) {
    const next = offsetAt(second + step)
    if (next === offset) continue
    let low = second
    let high = second + step
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      if (offsetAt(middle) === offset) low = middle
      else high = middle
    }
    spans.push({ from: high, offset: next })
    offset = next
  }
  cache.set(zone, spans)
  return spans
}

/** Local seconds that no clock showed, or that it showed twice, around each change: `[from, until)`. */
export function doubtful(spans: readonly Span[]): readonly (readonly [number, number])[] {
  return spans.slice(1).map((span, index) => {
    const before = span.from + (spans[index]?.offset ?? 0)
    const after = span.from + span.offset
    return [Math.min(before, after), Math.max(before, after)] as const
  })
}

export function zoneProblem(
  zone: string,
  lossy: boolean,
): { readonly message: string; readonly remedy: string } | null {
  if (!IANAZone.isValidZone(zone)) {
    return { message: `\`${zone}\` is not a zone`, remedy: 'write an IANA name: America/Bogota' }
  }
  if (lossy || !spansOf(zone).some(({ from }) => from > modern)) return null
  return {
    message: `${zone} changes its clocks, so one hour a year has no inverse`,
    remedy: 'add `lossy:` with the reason why that hour does not matter, or store UTC first',
  }
}

/** One step of a piecewise shift: from `from` on, add `shift`; both in seconds. */
export interface Step {
  readonly from: number
  readonly shift: number
}

/**
 * Local to UTC. A repeated hour is its first pass; a skipped one moves forward by what was skipped:
 * the choice of java.time and luxon.
 */
export function stepsToUtc(spans: readonly Span[]): readonly Step[] {
  return spans.map(({ from, offset }, index) => {
    const previous = spans[index - 1]?.offset ?? offset
    return { from: from + Math.max(previous, offset), shift: -offset }
  })
}

/** UTC of a repeated hour's second pass to that of its first: what local time alone can tell. */
export function stepsToFirstPass(spans: readonly Span[]): readonly Step[] {
  const steps: Step[] = [{ from: Number.NEGATIVE_INFINITY, shift: 0 }]
  for (const [index, { from, offset }] of spans.entries()) {
    const repeated = (spans[index - 1]?.offset ?? offset) - offset
    if (repeated > 0) steps.push({ from, shift: -repeated }, { from: from + repeated, shift: 0 })
  }
  return steps
}

export const stepsToLocal = (spans: readonly Span[]): readonly Step[] =>
  spans.map(({ from, offset }) => ({ from, shift: offset }))

export function shifted(steps: readonly Step[], second: number): number {
  let shift = 0
  for (const step of steps) {
    if (second < step.from) break
    shift = step.shift
  }
  return second + shift
}
