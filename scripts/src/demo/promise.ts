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
  return broken
}

const round = (value: number): number => Math.round(value * 10) / 10
