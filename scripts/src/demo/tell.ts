/**
 * Puts the report together from what the clients, the databases and the processes say.
 *
 * @module
 */
import { spread } from '../arena/figures.ts'
import { type Domain, domains } from '../traffic/domains.ts'
import type { TrafficLasting, TrafficSummary } from '../traffic/trafficProcess.ts'
import type { ShopVerdict } from '../traffic/verdict/checkShop.ts'
import { brokenPromises, shopProof } from './promise.ts'
import type { DomainReport, Report, StageReport } from './report.ts'
import type { Show } from './stage.ts'

export interface Findings {
  readonly summary: TrafficSummary
  readonly lasting: TrafficLasting
  readonly verdict: ShopVerdict
  readonly refusedJobWrites: number
  readonly stages: readonly StageReport[]
  readonly pssMiB: number
  /** Epoch milliseconds. */
  readonly trafficUntil: number
}

export function tell(show: Show, findings: Findings): Report {
  const { summary, verdict, lasting, stages, pssMiB } = findings
  const { browser, afterTheEnd } = show
  const { done: kills, missed: missedKills } = show.killer
  const whole = show.options.only === 'shop'
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
    failedRequests: summary.failedRequests + (browser?.failures.length ?? 0),
    lostWrites: verdict.lostWrites,
    doubledWrites: verdict.doubledWrites,
    unknownWrites: verdict.unknownWrites,
    staleReads: summary.staleReads,
    forcedLogouts: summary.forcedLogouts + (browser?.forcedLogouts ?? 0),
    refusedJobWrites: findings.refusedJobWrites,
    jobWrites: verdict.jobWrites,
    heldRequests: held.count,
    heldP99Ms: held.p99Ms,
    heldMaxMs: held.maxMs,
    lagP50Ms: calm.p50Ms,
    lagP99Ms: calm.p99Ms,
    lagDuringBackfillP99Ms: busy.p99Ms,
    backfillRowsPerSecond: show.backfillRates.get('catalog') ?? 0,
    transfers: show.transfers.map((view) => ({
      domains: view.domains,
      kind: view.kind,
      outcome: view.outcome ?? view.state,
      pauseMs: view.pauseMs ?? 0,
      steps: view.steps,
    })),
    flips: show.flips,
    verified: show.verified.size > 0 && [...show.verified.values()].every(Boolean),
    stockConserved: verdict.stockConserved,
    paidOrders: verdict.paidOrders,
    paidWithoutStock: verdict.paidWithoutStock,
    monolithOff: afterTheEnd !== null && afterTheEnd.requests > 0,
    afterTheEnd,
    sessions: lasting,
    browser: { purchases: browser?.orders.length ?? 0, skipped: show.browserSkipped },
    domains: Object.fromEntries(
      domains
        .filter((domain) => whole || domain === 'catalog')
        .map((domain) => [domain, ofDomain(show, findings, domain)]),
    ),
    stages,
    pssMiB,
    seconds: summary.seconds,
    kills,
    missedKills,
  }
  const broken = brokenPromises(figures, {
    minHeld: 5,
    failuresAllowed: kills.length > 0,
    ...(whole ? { shop: shopProof } : {}),
  })
  return { ...figures, promiseKept: broken.length === 0, broken }
}

function ofDomain(show: Show, { summary, verdict }: Findings, domain: Domain): DomainReport {
  const { lostWrites, doubledWrites, unknownWrites } = verdict.byDomain[domain]
  return {
    ...summary.byDomain[domain],
    lostWrites,
    doubledWrites,
    unknownWrites,
    backfillRowsPerSecond: show.backfillRates.get(domain) ?? 0,
    // Pages have no rows.
    verified: show.verified.get(domain) ?? domain === 'storefront',
  }
}
