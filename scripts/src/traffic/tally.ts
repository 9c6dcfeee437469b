/**
 * Counts of one traffic run, and the few details that a person needs to look into a failure.
 *
 * @module
 */
import type { Domain } from './domains.ts'

export interface Incident {
  /** Milliseconds since the run began. */
  readonly at: number
  readonly what: string
}

/** Counts of one part of the shop. */
export interface DomainCounts {
  readonly requests: number
  readonly writes: number
  readonly ownReads: number
  readonly failedRequests: number
  readonly staleReads: number
  readonly forcedLogouts: number
}

export interface TallySummary {
  readonly requests: number
  readonly writes: number
  readonly domainWrites: number
  readonly ownReads: number
  readonly failedRequests: number
  readonly staleReads: number
  /** Times that a session which nobody had ended was turned away. */
  readonly forcedLogouts: number
  /** Access tokens renewed. */
  readonly refreshes: number
  readonly byDomain: Readonly<Record<Domain, DomainCounts>>
  readonly seconds: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly failures: readonly Incident[]
  readonly stale: readonly Incident[]
  readonly turnedAway: readonly Incident[]
}

const keep = 12

const noCounts = {
  requests: 0,
  writes: 0,
  ownReads: 0,
  failedRequests: 0,
  staleReads: 0,
  forcedLogouts: 0,
}
type Counts = { -readonly [name in keyof DomainCounts]: number }

const everyDomain = (counts: (domain: Domain) => Counts): Record<Domain, Counts> => ({
  catalog: counts('catalog'),
  users: counts('users'),
  orders: counts('orders'),
  support: counts('support'),
  storefront: counts('storefront'),
})

export class Tally {
  #begun = performance.now()
  readonly #latencies: number[] = []
  readonly #failures: Incident[] = []
  readonly #stale: Incident[] = []
  readonly #turnedAway: Incident[] = []
  #byDomain = everyDomain(() => ({ ...noCounts }))
  requests = 0
  writes = 0
  domainWrites = 0
  ownReads = 0
  failedRequests = 0
  staleReads = 0
  forcedLogouts = 0
  refreshes = 0

  /** Forgets what setting up has counted, failures excepted: the run begins now. */
  begin(): void {
    this.#begun = performance.now()
    this.#latencies.length = 0
    this.requests = 0
    this.writes = 0
    this.domainWrites = 0
    this.ownReads = 0
    this.refreshes = 0
    this.#byDomain = everyDomain((domain) => ({
      ...noCounts,
      failedRequests: this.#byDomain[domain].failedRequests,
      forcedLogouts: this.#byDomain[domain].forcedLogouts,
    }))
  }

  /** Milliseconds since the run began. */
  now(): number {
    return Math.round(performance.now() - this.#begun)
  }

  /** A request goes out. */
  asked(domain: Domain, method: string): void {
    this.requests += 1
    this.#byDomain[domain].requests += 1
    if (method === 'GET') return
    this.writes += 1
    this.#byDomain[domain].writes += 1
  }

  answered(ms: number): void {
    this.#latencies.push(ms)
  }

  failed(what: string, domain: Domain = 'catalog'): void {
    this.failedRequests += 1
    this.#byDomain[domain].failedRequests += 1
    if (this.#failures.length < keep) this.#failures.push({ at: this.now(), what })
  }

  /** A session reads back what it wrote. */
  ownRead(domain: Domain): void {
    this.ownReads += 1
    this.#byDomain[domain].ownReads += 1
  }

  stale(what: string, domain: Domain = 'catalog'): void {
    this.staleReads += 1
    this.#byDomain[domain].staleReads += 1
    if (this.#stale.length < keep) this.#stale.push({ at: this.now(), what })
  }

  /** Logging in again does not erase it. */
  forcedLogout(domain: Domain, what: string): void {
    this.forcedLogouts += 1
    this.#byDomain[domain].forcedLogouts += 1
    if (this.#turnedAway.length < keep) this.#turnedAway.push({ at: this.now(), what })
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
      forcedLogouts: this.forcedLogouts,
      refreshes: this.refreshes,
      byDomain: this.#byDomain,
      seconds: this.now() / 1000,
      p50Ms: quantile(sorted, 0.5),
      p99Ms: quantile(sorted, 0.99),
      failures: this.#failures,
      stale: this.#stale,
      turnedAway: this.#turnedAway,
    }
  }
}

/** The value at share `q` of an ascending list; 0 for an empty one. */
export function quantile(sorted: readonly number[], q: number): number {
  if (sorted.length === 0) return 0
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0
}
