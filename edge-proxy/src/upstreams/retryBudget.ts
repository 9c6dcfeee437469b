/**
 * How many requests may be sent a second time: a fifth of those that come in, and a few a second
 * besides, so that a failing upstream is not met with a multiple of the load.
 *
 * Pure: time is passed in.
 *
 * @module
 */

/** Of a retry that each request pays for. */
const share = 0.2
/** Retries a second that need no requests to pay for them. */
const reservePerSecond = 3
const most = 100

export class RetryBudget {
  readonly #now: () => number
  #tokens = 10
  #since: number

  constructor(now: () => number = performance.now.bind(performance)) {
    this.#now = now
    this.#since = now()
  }

  request(): void {
    if (this.#tokens < most) this.#tokens += share
  }

  /** @returns false: there have been enough retries */
  retry(): boolean {
    const now = this.#now()
    const reserve = ((now - this.#since) / 1000) * reservePerSecond
    this.#since = now
    this.#tokens = Math.min(most, this.#tokens + Math.min(reserve, 10))
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }
}
