/**
 * What the comparisons of a domain amount to.
 *
 * @module
 */
import {
  defaultRules,
  emptyTally,
  expiredRules,
  isSkipped,
  judgeParity,
  type Manifest,
  type ParityRules,
  type ParityVerdict,
} from '@matapalo/core'
import type { Control } from '../control.ts'
import type { Domain } from '../ledger/domains.ts'
import { type Evidence, readEvidence } from '../ledger/parity.ts'

export const isCompared = ({ phase }: Pick<Domain, 'phase'>): boolean =>
  phase === 'shadow' || phase === 'canary'

export const rulesOf = (manifest: Manifest): ParityRules => manifest.parity ?? defaultRules

/** UTC. */
export const today = (): string => new Date().toISOString().slice(0, 10)

/** Ids of the routes whose reads are compared: those that both sides can answer. */
export function comparedRoutes(manifest: Manifest): readonly string[] {
  const rules = rulesOf(manifest)
  return manifest.routes
    .filter(
      ({ access, writes, side, methods, path }) =>
        access === 'read' &&
        writes.length === 0 &&
        side === undefined &&
        methods.includes('GET') &&
        !isSkipped(rules, path),
    )
    .map(({ id }) => id)
}

/** Lines that name what is wrong with the rules themselves. */
export const expiredLines = (rules: ParityRules, day: string): readonly string[] =>
  expiredRules(rules, day).map(
    ({ path, until, why }) =>
      `the ignore rule for ${path} (${why}) ended on ${until}: mend the difference, or renew the rule in the manifest and register it`,
  )

export interface Standing {
  readonly verdict: ParityVerdict
  readonly evidence: readonly Evidence[]
  readonly expired: readonly string[]
}

export async function parityStanding(
  control: Control,
  domain: Domain,
  manifest: Manifest,
): Promise<Standing> {
  const rules = rulesOf(manifest)
  const found = await readEvidence(control.ledger, domain.name, domain.parityRound)
  const evidence = comparedRoutes(manifest).map(
    (route): Evidence =>
      found.get(route) ?? { route, tally: emptyTally, fields: [], samples: [], at: null },
  )
  const verdict = judgeParity(evidence, rules)
  return { verdict, evidence, expired: expiredLines(rules, today()) }
}
