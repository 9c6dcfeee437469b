/**
 * The scoreboard as data: what `--report FILE` writes.
 *
 * @module
 */
export interface TransferReport {
  readonly domains: readonly string[]
  readonly kind: 'cutover' | 'rollback'
  /** `completed`, `unwound`, or what else the ledger says. */
  readonly outcome: string
  /** From the first hold to the release of the edges. */
  readonly pauseMs: number
  readonly steps: Readonly<Record<string, number>>
}

export interface Report {
  readonly requests: number
  readonly requestsPerSecond: number
  readonly writes: number
  /** Writes to the tables of the moving domain. */
  readonly domainWrites: number
  /** Reads of something that the same session wrote. */
  readonly ownReads: number
  readonly failedRequests: number
  readonly lostWrites: number
  readonly doubledWrites: number
  /** Writes without an answer: each may exist once or not at all. */
  readonly unknownWrites: number
  readonly staleReads: number
  /** Writes of the scheduled job that the fence refused; it must be tried. */
  readonly refusedJobWrites: number
  readonly jobWrites: number
  readonly heldRequests: number
  readonly heldP99Ms: number
  readonly heldMaxMs: number
  readonly lagP50Ms: number
  readonly lagP99Ms: number
  readonly lagDuringBackfillP99Ms: number
  readonly backfillRowsPerSecond: number
  readonly transfers: readonly TransferReport[]
  readonly verified: boolean
  readonly seconds: number
  readonly kills: readonly string[]
  readonly promiseKept: boolean
  /** Why not, one line each; empty when the promise was kept. */
  readonly broken: readonly string[]
}
