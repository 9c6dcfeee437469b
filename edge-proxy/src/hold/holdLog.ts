/**
 * What was held lately, one sample each, for whoever wants the distribution and not a histogram.
 *
 * @module
 */
import type { HeldOutcome } from './holdQueue.ts'

export interface HoldSample {
  /** When it ended, epoch ms. */
  readonly at: number
  readonly ms: number
  readonly domains: readonly string[]
  readonly outcome: HeldOutcome
}

/** Ten minutes, and no more than this many. */
const keepMs = 600_000
const capacity = 50_000

export class HoldLog {
  #samples: HoldSample[] = []

  add(domains: readonly string[], outcome: HeldOutcome, ms: number): void {
    this.#samples.push({ at: Date.now(), ms: Math.round(ms * 1000) / 1000, domains, outcome })
    if (this.#samples.length > 2 * capacity) this.#samples = this.#samples.slice(-capacity)
  }

  /** Those of the last ten minutes, oldest first. */
  recent(): readonly HoldSample[] {
    const since = Date.now() - keepMs
    const first = this.#samples.findIndex(({ at }) => at >= since)
    this.#samples = first < 0 ? [] : this.#samples.slice(first).slice(-capacity)
    return this.#samples
  }
}
