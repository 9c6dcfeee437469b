/**
 * Is the candidate ready? Three answers for each route, and for the domain the worst of them.
 *
 * `fail` is said as soon as one answer was found to be wrong, `pass` only when enough were compared
 * that chance can be left out (Wilson's score interval), `inconclusive` otherwise: no traffic is no
 * evidence.
 *
 * Pure.
 *
 * @module
 */
import type { ParityRules } from './rules.ts'

/** What became of a route's copies. `racing` differed, and were equal once nothing moved. */
export interface Tally {
  readonly equal: number
  readonly racing: number
  readonly mismatch: number
  /** No conclusion: a side did not answer, was too large, or never stood still. */
  readonly inconclusive: number
  /** Not looked at: the line was full. */
  readonly dropped: number
}

export const outcomes = ['equal', 'racing', 'mismatch', 'inconclusive', 'dropped'] as const
export type Outcome = (typeof outcomes)[number]

export const emptyTally: Tally = { equal: 0, racing: 0, mismatch: 0, inconclusive: 0, dropped: 0 }

export interface RouteEvidence {
  /** Id of the route: `catalog GET,HEAD /api/books/:id`. */
  readonly route: string
  readonly tally: Tally
  /** Fields that were found to differ, the first found first. */
  readonly fields: readonly string[]
}

export interface RouteVerdict {
  readonly route: string
  readonly verdict: 'pass' | 'fail' | 'inconclusive'
  readonly compared: number
  /** Wilson lower bound, 95 %, of the share of right answers; 0 when nothing was compared. */
  readonly agreement: number
  /** Why, without the route's name; empty for a pass. */
  readonly why: string
}

/** 1.96: two-sided 95 %. */
const z = 1.96

export function wilsonLower(successes: number, n: number): number {
  if (n === 0) return 0
  const share = successes / n
  const centre = share + z ** 2 / (2 * n)
  const margin = z * Math.sqrt((share * (1 - share)) / n + z ** 2 / (4 * n ** 2))
  return Math.max(0, (centre - margin) / (1 + z ** 2 / n))
}

type Limits = Pick<ParityRules, 'samples' | 'agreement' | 'conclusive' | 'mismatches'>

const percent = (share: number): string => `${Math.round(share * 10_000) / 100} %`

export function judgeRoute({ route, tally, fields }: RouteEvidence, limits: Limits): RouteVerdict {
  const right = tally.equal + tally.racing
  const compared = right + tally.mismatch
  const agreement = wilsonLower(right, compared)
  const answer = (verdict: RouteVerdict['verdict'], why: string): RouteVerdict => ({
    ...{ route, verdict, compared, agreement, why },
  })
  if (tally.mismatch > limits.mismatches * compared) {
    const named = fields.slice(0, 3).join(', ')
    const more = fields.length > 3 ? ` and ${fields.length - 3} more` : ''
    return answer('fail', `${tally.mismatch} of ${compared} answers differ in ${named}${more}`)
  }
  if (compared < limits.samples) {
    return answer('inconclusive', `${compared} answers compared, ${limits.samples} are wanted`)
  }
  const conclusive = compared / (compared + tally.inconclusive)
  if (conclusive < limits.conclusive) {
    const least = percent(limits.conclusive)
    return answer(
      'inconclusive',
      `only ${percent(conclusive)} of the copies came to a conclusion, ${least} are wanted`,
    )
  }
  if (agreement < limits.agreement) {
    const [is, wanted] = [percent(agreement), percent(limits.agreement)]
    return answer('inconclusive', `agreement is at least ${is}, ${wanted} are wanted`)
  }
  return answer('pass', '')
}

export interface ParityVerdict {
  readonly verdict: 'pass' | 'fail' | 'inconclusive'
  readonly routes: readonly RouteVerdict[]
  /** One line; empty for a pass. */
  readonly why: string
}

/** @param evidence of every route that is asked for, also of those without any */
export function judgeParity(evidence: readonly RouteEvidence[], limits: Limits): ParityVerdict {
  const routes = evidence.map((one) => judgeRoute(one, limits))
  const failed = routes.filter(({ verdict }) => verdict === 'fail')
  const open = routes.filter(({ verdict }) => verdict === 'inconclusive')
  const worst = failed.length > 0 ? failed : open
  const [first] = worst
  if (first === undefined) {
    return routes.length > 0
      ? { verdict: 'pass', routes, why: '' }
      : { verdict: 'inconclusive', routes, why: 'no route of it is compared' }
  }
  const more = worst.length > 1 ? ` (and ${worst.length - 1} more routes)` : ''
  const why = `${first.route}: ${first.why}${more}`
  return { verdict: first.verdict, routes, why }
}
