/**
 * Puts the report together from what the clients, the databases and the processes say.
 *
 * @module
 */
import { spread } from '../arena/figures.ts'
import type { Verdict } from '../traffic/check.ts'
import type { TrafficSummary } from '../traffic/trafficProcess.ts'
import { brokenPromises } from './promise.ts'
import type { Report } from './report.ts'
import type { Show } from './stage.ts'

export interface Findings {
  readonly summary: TrafficSummary
  readonly verdict: Verdict
  readonly refusedJobWrites: number
  readonly kills: readonly string[]
  /** Epoch milliseconds. */
  readonly trafficUntil: number
}

export function tell(show: Show, findings: Findings): Report {
  const { summary, verdict } = findings
  const held = spread(show.arena.holds.within())
  const backfilling = show.backfills
  const started = backfilling[0]?.from ?? 0
  const calm = spread(
    show.arena.lag.within(
      { from: show.trafficSince, to: started },
      { from: backfilling.at(-1)?.to ?? 0, to: findings.trafficUntil },
    ),
  )
  const busy = spread(
    show.arena.lag.within(...(backfilling.length > 0 ? backfilling : [{ from: 0, to: 0 }])),
  )
  const figures = {
    requests: summary.requests,
    requestsPerSecond: summary.requests / summary.seconds,
    writes: summary.writes,
    domainWrites: summary.domainWrites,
    ownReads: summary.ownReads,
    failedRequests: summary.failedRequests,
    lostWrites: verdict.lostWrites,
    doubledWrites: verdict.doubledWrites,
    unknownWrites: verdict.unknownWrites,
    staleReads: summary.staleReads,
    refusedJobWrites: findings.refusedJobWrites,
    jobWrites: verdict.jobWrites,
    heldRequests: held.count,
    heldP99Ms: held.p99Ms,
    heldMaxMs: held.maxMs,
    lagP50Ms: calm.p50Ms,
    lagP99Ms: calm.p99Ms,
    lagDuringBackfillP99Ms: busy.p99Ms,
    backfillRowsPerSecond: show.rowsPerSecond,
    transfers: show.transfers.map((view) => ({
      domains: view.domains,
      kind: view.kind,
      outcome: view.outcome ?? view.state,
      pauseMs: view.pauseMs ?? 0,
      steps: view.steps,
    })),
    verified: show.verified,
    seconds: summary.seconds,
    kills: findings.kills,
  }
  const broken = brokenPromises(figures, { minHeld: 5, failuresAllowed: findings.kills.length > 0 })
  return { ...figures, promiseKept: broken.length === 0, broken }
}
