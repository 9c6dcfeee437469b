/**
 * Requests a second by whatever key: one token of a bucket each, which fills at a steady rate (the
 * generic cell rate algorithm: one number for each key, the time at which its bucket is full again).
 *
 * @module
 */
import { TooManyRequests } from '../errors.ts'

export interface RateLimit {
  /** Requests a second, over time; 0: no limit. */
  readonly perSecond: number
  /** Requests that may come at once. */
  readonly burst: number
}

/** Keys whose bucket is full are forgotten when there are this many. */
const sweepAt = 10_000

export class RequestRate {
  readonly #limit: RateLimit
  readonly #now: () => number
  readonly #fullAt = new Map<string, number>()
  #sweepAt = sweepAt

  constructor(limit: RateLimit, now: () => number = performance.now.bind(performance)) {
    this.#limit = limit
    this.#now = now
  }

  /** Keys that are remembered. */
  get size(): number {
    return this.#fullAt.size
  }

  get limited(): boolean {
    return this.#limit.perSecond > 0
  }

  /** @throws TooManyRequests */
  take(key: string): void {
    const { perSecond, burst } = this.#limit
    if (perSecond === 0) return
    const now = this.#now()
    const full = Math.max(this.#fullAt.get(key) ?? 0, now) + 1000 / perSecond
    const overMs = full - now - (burst * 1000) / perSecond
    if (overMs > 1e-6) throw new TooManyRequests(perSecond, Math.ceil(overMs / 1000))
    this.#fullAt.set(key, full)
    if (this.#fullAt.size >= this.#sweepAt) this.#sweep(now)
  }

  #sweep(now: number): void {
    for (const [key, full] of this.#fullAt) if (full <= now) this.#fullAt.delete(key)
    // Under a flood of keys there is little to forget: then less often, not at every request.
    this.#sweepAt = Math.max(sweepAt, this.#fullAt.size * 2)
  }
}
