/**
 * Whether a run kept the promise, and whether it proved enough to say so.
 *
 * @module
 */
import type { Report } from './report.ts'

export interface Proof {
  /** Held requests that the run must have seen, or the flips met no traffic. */
  readonly minHeld: number
  /** A run with a kill may fail requests; it prints them. */
  readonly failuresAllowed: boolean
  /** What the whole shop must show besides; absent where the catalogue alone moves. */
  readonly shop?: ShopProof
}

export interface ShopProof {
  /** Sessions of each kind that never log in again. */
  readonly minSessions: number
  /** Payments or callbacks on their way at each transfer of orders. */
  readonly minPending: number
  /** Longest p99 of held requests, milliseconds. */
  readonly heldP99Ms: number
  /** Memory of the whole stack, MiB (PSS). */
  readonly maxPssMiB: number
  /** Requests a second after the monolith's end. */
  readonly minAfterTheEnd: number
  /** Writes a second, by domain. */
  readonly minWrites: Readonly<Record<'catalog' | 'users' | 'orders' | 'support', number>>
}

export const shopProof: ShopProof = {
  minSessions: 20,
  minPending: 20,
  heldP99Ms: 500,
  maxPssMiB: 4_096,
  minAfterTheEnd: 50,
  minWrites: { catalog: 5, users: 3, orders: 5, support: 3 },
}

type Figures = Omit<Report, 'promiseKept' | 'broken'>

const tooLittle = 'proved too little'

/** What stands over these lines: a run that only proved too little has broken nothing. */
export const unkept = (broken: readonly string[]): string =>
  broken.every((line) => line.startsWith(tooLittle))
    ? 'The promise was not proven'
    : 'The promise was broken'

/** One line for each way in which the promise was broken or not proven; empty when it was kept. */
export function brokenPromises(figures: Figures, proof: Proof): readonly string[] {
  const broken: string[] = []
  const none = (count: number, what: string): void => {
    if (count !== 0) broken.push(`${count} ${what}`)
  }
  const atLeast = (value: number, least: number, what: string): void => {
    if (!(value >= least)) broken.push(`${tooLittle}: ${round(value)} ${what}, need ${least}`)
  }
  if (!proof.failuresAllowed) none(figures.failedRequests, 'failed requests')
  none(figures.lostWrites, 'lost writes')
  none(figures.doubledWrites, 'doubled writes')
  none(figures.staleReads, 'stale own reads')
  none(figures.forcedLogouts, 'forced logouts')
  if (!figures.stockConserved)
    broken.push('stock is not what was there, minus sold, plus restocked')
  none(figures.paidWithoutStock, 'paid orders that did not take their stock exactly once')
  if (!figures.verified) broken.push('the last verification was not clean')
  if (!(figures.refusedJobWrites > 0)) {
    broken.push(`${tooLittle}: the scheduled job never met the fence`)
  }
  for (const transfer of figures.transfers) {
    if (transfer.outcome !== 'completed' && !proof.failuresAllowed) {
      broken.push(`${transfer.kind} of ${transfer.domains.join(', ')}: ${transfer.outcome}`)
    }
  }
  atLeast(figures.seconds, 1, 'seconds of traffic')
  atLeast((100 * figures.writes) / Math.max(figures.requests, 1), 25, '% writes')
  atLeast(figures.domainWrites / figures.seconds, 20, 'domain writes/s')
  atLeast(figures.ownReads / figures.seconds, 10, 'own reads/s')
  atLeast(figures.heldRequests, proof.minHeld, 'held requests')
  for (const kill of figures.missedKills) broken.push(`${tooLittle}: ${kill} never happened`)
  if (proof.shop !== undefined) shopPromises(figures, proof.shop, { none, atLeast, broken })
  return broken
}

interface Said {
  readonly broken: string[]
  none(count: number, what: string): void
  atLeast(value: number, least: number, what: string): void
}

function shopPromises(figures: Figures, proof: ShopProof, { broken, atLeast }: Said): void {
  if (!figures.monolithOff) broken.push('the monolith was not stopped, or the shop did not go on')
  const { heldP99Ms, sessions, seconds, afterTheEnd } = figures
  atLeast(
    (afterTheEnd?.requests ?? 0) / (afterTheEnd?.seconds ?? 1),
    proof.minAfterTheEnd,
    'requests/s after the end of the monolith',
  )
  atLeast(figures.paidOrders, 1, 'paid orders')
  if (figures.pssMiB > proof.maxPssMiB) {
    broken.push(`the whole stack takes ${round(figures.pssMiB)} MiB, ${proof.maxPssMiB} at most`)
  }
  if (heldP99Ms > proof.heldP99Ms) {
    broken.push(`held requests waited ${round(heldP99Ms)} ms at p99, ${proof.heldP99Ms} at most`)
  }
  atLeast((100 * figures.writes) / Math.max(figures.requests, 1), 30, '% writes')
  atLeast(sessions.cookies, proof.minSessions, 'sessions with a cookie from first to last')
  atLeast(sessions.bearers, proof.minSessions, 'sessions with tokens from first to last')
  for (const flip of figures.flips) {
    const where = `at the ${flip.kind} of ${flip.domains.join(', ')}`
    atLeast(flip.refreshes, 1, `tokens renewed ${where}`)
    if (!flip.domains.includes('orders')) continue
    atLeast(flip.openPayments + flip.callbacks, proof.minPending, `payments on their way ${where}`)
  }
  for (const [domain, least] of Object.entries(proof.minWrites)) {
    const writes = figures.domains[domain as keyof ShopProof['minWrites']]?.writes ?? 0
    atLeast(writes / seconds, least, `writes/s to ${domain}`)
  }
  const { skipped, purchases } = figures.browser
  if (skipped !== null) return
  atLeast(purchases, figures.transfers.length, 'purchases with the browser')
  atLeast(
    afterTheEnd?.purchases ?? 0,
    1,
    'purchases with the browser after the end of the monolith',
  )
}

const round = (value: number): number => Math.round(value * 10) / 10
