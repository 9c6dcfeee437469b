/**
 * How long a hold needs until what was decided before it has ended: from its epoch coming into
 * force to the last such request's end.
 *
 * @module
 */
import type { TableInForce } from '../tableInForce.ts'
import type { InFlight } from './inFlight.ts'

export interface Drained {
  readonly epoch: number
  readonly domains: readonly string[]
  readonly ms: number
  /** Requests that were on their way when the hold came into force. */
  readonly requests: number
}

/** A drain that takes longer is worth knowing the reason of, ms. */
const slowMs = 250

export class Drain {
  readonly #inForce: TableInForce
  readonly #inFlight: InFlight
  readonly #report: (drained: Drained) => void
  #since = 0
  #requests = 0
  #held = ''
  #open = false
  #patience: NodeJS.Timeout | undefined
  readonly #slow: (waitingFor: readonly { readonly route: string; readonly ms: number }[]) => void

  /** @param slow told once a hold, with what it still waits for */
  constructor(
    inForce: TableInForce,
    inFlight: InFlight,
    report: (drained: Drained) => void,
    slow: (waitingFor: readonly { readonly route: string; readonly ms: number }[]) => void,
  ) {
    this.#inForce = inForce
    this.#inFlight = inFlight
    this.#report = report
    this.#slow = slow
    inForce.onChange(() => this.#begin())
  }

  /** By held domain, what was decided before the epoch in force and has not ended; empty: drained. */
  left(): Readonly<Record<string, number>> {
    return this.#inFlight.before(this.#inForce.epoch, this.#inForce.held)
  }

  #begin(): void {
    const held = this.#inForce.held.join()
    if (held === this.#held) return
    this.#held = held
    this.#open = held !== ''
    this.#since = performance.now()
    this.#requests = Object.values(this.left()).reduce((sum, count) => sum + count, 0)
    clearTimeout(this.#patience)
    if (this.#open) this.#patience = setTimeout(() => this.#tellSlow(), slowMs)
    this.check()
  }

  #tellSlow(): void {
    const { epoch, held } = this.#inForce
    const under = this.#inFlight.underway(epoch, held).slice(0, 20)
    if (under.length === 0) return
    this.#slow(
      under.map(({ route, since }) => ({ route, ms: Math.round(performance.now() - since) })),
    )
  }

  /** Call it after each end of a counted request. */
  check(): void {
    if (!this.#open || Object.keys(this.left()).length > 0) return
    this.#open = false
    clearTimeout(this.#patience)
    this.#report({
      epoch: this.#inForce.epoch,
      domains: this.#inForce.held,
      ms: performance.now() - this.#since,
      requests: this.#requests,
    })
  }
}
