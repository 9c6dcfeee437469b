/**
 * Medians of pairs, and how sure one may be of them.
 *
 * @module
 */
import type { BenchRow } from '../bench.ts'

export interface Interval {
  readonly median: number
  /** Ends of the 95 % interval. */
  readonly low: number
  readonly high: number
}

export interface RatioRow extends BenchRow {
  readonly interval: readonly [low: number, high: number]
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2
}

/** xorshift32: the same figures give the same interval. */
function* lots(): Generator<number, never> {
  let state = 0x9e3779b9
  for (;;) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    yield (state >>> 0) / 2 ** 32
  }
}

const resamples = 2_000

/** The median, and the percentile bootstrap of it. */
export function interval(values: readonly number[]): Interval {
  const lot = lots()
  const medians = Array.from({ length: resamples }, () =>
    median(values.map(() => values[Math.floor(lot.next().value * values.length)] as number)),
  ).sort((a, b) => a - b)
  return {
    median: median(values),
    low: medians[Math.floor(resamples * 0.025)] as number,
    high: medians[Math.ceil(resamples * 0.975) - 1] as number,
  }
}

/** @param q from 0 to 1 */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN
}

const round = (value: number): number => Math.round(value * 1000) / 1000

function ratioRow(what: string, against: string, values: readonly number[]): RatioRow {
  const { median: ratio, low, high } = interval(values)
  return {
    what: `${what} against ${against}`,
    value: round(ratio),
    unit: `× (${low.toFixed(2)} to ${high.toFixed(2)})`,
    against,
    ratio: round(ratio),
    interval: [round(low), round(high)],
  }
}

/** Met when the 95 % interval of the pairs' ratios reaches the bar. */
export function ratioAtLeast(
  what: string,
  against: string,
  values: readonly number[],
  bar?: number,
): RatioRow {
  const row = ratioRow(what, against, values)
  return bar === undefined ? row : { ...row, bar: `≥ ${bar} ×`, met: interval(values).high >= bar }
}

/** @see ratioAtLeast */
export function ratioAtMost(
  what: string,
  against: string,
  values: readonly number[],
  bar: number,
): RatioRow {
  const row = ratioRow(what, against, values)
  return { ...row, bar: `≤ ${bar} ×`, met: interval(values).low <= bar }
}

/** Median of a figure with its spread. */
export function spreadRow(what: string, values: readonly number[], unit: string): RatioRow {
  const { median: value, low, high } = interval(values)
  const digits = value < 100 ? 1 : 0
  return {
    ...{ what, value: round(value), interval: [round(low), round(high)] },
    unit: `${unit} (${low.toFixed(digits)} to ${high.toFixed(digits)})`,
  }
}
