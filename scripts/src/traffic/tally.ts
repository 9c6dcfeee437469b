/**
 * Counts of one traffic run, and the few details that a person needs to look into a failure.
 *
 * @module
 */
export interface Incident {
  /** Milliseconds since the run began. */
  readonly at: number
  readonly what: string
}

export interface TallySummary {
  readonly requests: number
  readonly writes: number
  readonly domainWrites: number
  readonly ownReads: number
  readonly failedRequests: number
  readonly staleReads: number
  readonly seconds: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly failures: readonly Incident[]
  readonly stale: readonly Incident[]
}

const keep = 12

export class Tally {
  #begun = performance.now()
  readonly #latencies: number[] = []
  readonly #failures: Incident[] = []
  readonly #stale: Incident[] = []
  requests = 0
  writes = 0
  domainWrites = 0
  ownReads = 0
  failedRequests = 0
  staleReads = 0

  /** Forgets what setting up has counted, failures excepted: the run begins now. */
  begin(): void {
    this.#begun = performance.now()
    this.#latencies.length = 0
    this.requests = 0
    this.writes = 0
    this.domainWrites = 0
    this.ownReads = 0
  }

  /** Milliseconds since the run began. */
  now(): number {
    return Math.round(performance.now() - this.#begun)
  }

  answered(ms: number): void {
    this.#latencies.push(ms)
  }

  failed(what: string): void {
    this.failedRequests += 1
    if (this.#failures.length < keep) this.#failures.push({ at: this.now(), what })
  }

  stale(what: string): void {
    this.staleReads += 1
    if (this.#stale.length < keep) this.#stale.push({ at: this.now(), what })
  }

  summary(): TallySummary {
    const sorted = this.#latencies.toSorted((a, b) => a - b)
    return {
      requests: this.requests,
      writes: this.writes,
      domainWrites: this.domainWrites,
      ownReads: this.ownReads,
      failedRequests: this.failedRequests,
      staleReads: this.staleReads,
      seconds: this.now() / 1000,
      p50Ms: quantile(sorted, 0.5),
      p99Ms: quantile(sorted, 0.99),
      failures: this.#failures,
      stale: this.#stale,
    }
  }
}

/** The value at share `q` of an ascending list; 0 for an empty one. */
export function quantile(sorted: readonly number[], q: number): number {
  if (sorted.length === 0) return 0
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0
}
