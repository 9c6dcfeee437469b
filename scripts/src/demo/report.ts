/**
 * The scoreboard as data: what `--report FILE` writes.
 *
 * @module
 */
import type { Domain } from '../traffic/domains.ts'

export interface TransferReport {
  readonly domains: readonly string[]
  readonly kind: 'cutover' | 'rollback'
  /** `completed`, `unwound`, or what else the ledger says. */
  readonly outcome: string
  /** From the first hold to the release of the edges. */
  readonly pauseMs: number
  readonly steps: Readonly<Record<string, number>>
}

export interface StageReport {
  readonly name: string
  readonly seconds: number
}

/** What was on its way when a transfer began. */
export interface FlipReport {
  readonly domains: readonly string[]
  readonly kind: 'cutover' | 'rollback'
  /** Orders placed and not paid yet; where orders moved. */
  readonly openPayments: number
  /** Callbacks that providers have yet to make. */
  readonly callbacks: number
  /** Checkouts between two of their steps. */
  readonly checkouts: number
  /** Access tokens renewed from just before the transfer until its end. */
  readonly refreshes: number
}

/** From the end of the monolith's process on. */
export interface AfterTheEnd {
  readonly seconds: number
  readonly requests: number
  readonly failedRequests: number
  /** With the browser. */
  readonly purchases: number
  /** What `matapalo retire monolith` could prove, has seen, and cannot know: findings. */
  readonly evidence: { readonly proven: number; readonly seen: number; readonly unknown: number }
}

/** One part of the shop. */
export interface DomainReport {
  readonly requests: number
  readonly writes: number
  readonly ownReads: number
  readonly failedRequests: number
  readonly lostWrites: number
  readonly doubledWrites: number
  readonly unknownWrites: number
  readonly staleReads: number
  readonly forcedLogouts: number
  readonly backfillRowsPerSecond: number
  readonly verified: boolean
}

export interface Report {
  readonly requests: number
  readonly requestsPerSecond: number
  readonly writes: number
  /** Writes to the tables of moving domains. */
  readonly domainWrites: number
  /** Reads of something that the same session wrote. */
  readonly ownReads: number
  readonly failedRequests: number
  readonly lostWrites: number
  readonly doubledWrites: number
  /** Writes without an answer: each may exist once or not at all. */
  readonly unknownWrites: number
  readonly staleReads: number
  /** Times that a session which nobody had ended was turned away. */
  readonly forcedLogouts: number
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
  readonly flips: readonly FlipReport[]
  readonly verified: boolean
  /** Stock is what it was at first, minus what stands sold, plus what came in. */
  readonly stockConserved: boolean
  /** Orders that are paid, and how many of them did not take their stock exactly once. */
  readonly paidOrders: number
  readonly paidWithoutStock: number
  /** The monolith's process was stopped, and the shop went on. */
  readonly monolithOff: boolean
  readonly afterTheEnd: AfterTheEnd | null
  /** Sessions that began before the first transfer and never logged in again, at the end. */
  readonly sessions: { readonly cookies: number; readonly bearers: number }
  readonly browser: { readonly purchases: number; readonly skipped: string | null }
  /** A part per domain that moved. */
  readonly domains: Readonly<Partial<Record<Domain, DomainReport>>>
  readonly stages: readonly StageReport[]
  /** Summed memory of the whole stack at the end of traffic, MiB (PSS). */
  readonly pssMiB: number
  readonly seconds: number
  readonly kills: readonly string[]
  /** Kills that were asked for and never happened. */
  readonly missedKills: readonly string[]
  readonly promiseKept: boolean
  /** Why not, one line each; empty when the promise was kept. */
  readonly broken: readonly string[]
}
