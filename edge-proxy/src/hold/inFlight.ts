/**
 * Requests on their way that may write, by domain and by the epoch they were decided under.
 *
 * Draining is a courtesy that saves errors (an aborted request's upstream may still be writing);
 * the fence is the guarantee. So the one thing that matters here is that nothing leaks: every
 * `begin` gives one `end`, and ending twice counts once.
 *
 * @module
 */

const nothing = (): void => {}

/** One counted request. */
export interface Underway {
  readonly route: string
  readonly writes: readonly string[]
  readonly epoch: number
  /** `performance.now()` */
  readonly since: number
}

export class InFlight {
  /** epoch → domain → requests */
  readonly #epochs = new Map<number, Map<string, number>>()
  readonly #under = new Set<Underway>()
  readonly #onEnd: () => void

  /** @param onEnd called after each end of a counted request */
  constructor(onEnd: () => void = nothing) {
    this.#onEnd = onEnd
  }

  /** Counts one request until the function it gives is called. */
  begin(epoch: number, writes: readonly string[], route = ''): () => void {
    if (writes.length === 0) return nothing
    let domains = this.#epochs.get(epoch)
    if (domains === undefined) {
      domains = new Map()
      this.#epochs.set(epoch, domains)
    }
    for (const domain of writes) domains.set(domain, (domains.get(domain) ?? 0) + 1)
    const one: Underway = { route, writes, epoch, since: performance.now() }
    this.#under.add(one)
    return () => {
      if (!this.#under.delete(one)) return
      this.#end(epoch, writes)
    }
  }

  #end(epoch: number, writes: readonly string[]): void {
    const domains = this.#epochs.get(epoch)
    if (domains === undefined) return
    for (const domain of writes) {
      const left = (domains.get(domain) ?? 0) - 1
      if (left > 0) domains.set(domain, left)
      else domains.delete(domain)
    }
    if (domains.size === 0) this.#epochs.delete(epoch)
    this.#onEnd()
  }

  /** Requests decided before `epoch` that may write one of `domains`; empty: drained. */
  before(epoch: number, domains: readonly string[]): Readonly<Record<string, number>> {
    const sums: Record<string, number> = {}
    for (const [decidedUnder, counts] of this.#epochs) {
      if (decidedUnder >= epoch) continue
      for (const domain of domains) {
        const count = counts.get(domain)
        if (count !== undefined) sums[domain] = (sums[domain] ?? 0) + count
      }
    }
    return sums
  }

  /** Those decided before `epoch` that may write one of `domains`, oldest first. */
  underway(epoch: number, domains: readonly string[]): readonly Underway[] {
    return [...this.#under].filter(
      (one) => one.epoch < epoch && one.writes.some((domain) => domains.includes(domain)),
    )
  }

  of(domain: string): number {
    let sum = 0
    for (const counts of this.#epochs.values()) sum += counts.get(domain) ?? 0
    return sum
  }
}
