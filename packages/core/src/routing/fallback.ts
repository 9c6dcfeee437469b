/**
 * Who may answer a read while nobody at its owner can be reached: the other side, where its rows are
 * whole and kept up, so that waiting for a token taken now proves that it shows every write that was
 * acknowledged.
 *
 * That is after a cutover, while the changes flow back, and in a canary that serves anybody. Not in
 * shadow: its rows are as good, but no client has been given an answer of that side yet, and shadow
 * promises that none is. Not while anything that it reads is held: its owner may be changing.
 *
 * Pure.
 *
 * @module
 */
import type { DomainState, RouteTable } from '../routeTable.ts'
import { otherSideOf } from './canary.ts'
import type { Decision } from './decide.ts'

/** Undefined: the owner alone may answer. Else all of `freshFor` must have been applied there. */
export function fallbackOf(table: RouteTable, owners: Decision): Decision | undefined {
  const there = otherSideOf(table, owners)
  if (there === undefined || !serves(there.state)) return undefined
  const { decision } = there
  const { side, upstream } = decision
  if ((table.upstreams[upstream]?.length ?? 0) === 0) return undefined
  const reads = new Set<string | null>(decision.route?.reads)
  // The monolith looks in its own tables who a session is.
  if (side === 'monolith') {
    if (table.sessions === undefined) return undefined
    reads.add(table.sessions)
  }
  const read = table.domains.filter(({ domain }) => reads.has(domain))
  const foreign = read.filter(({ owner }) => owner !== side)
  // Rows that the other side has no more, or has not yet, can be proven by nobody.
  if (read.some(({ hold }) => hold) || !foreign.every(isMirrored)) return undefined
  return { ...decision, freshFor: foreign.map(({ domain }) => domain) }
}

const serves = ({ phase, canary }: DomainState): boolean =>
  phase === 'service' || (phase === 'canary' && canary !== undefined && canary > 0)

const isMirrored = ({ phase }: DomainState): boolean =>
  phase === 'shadow' || phase === 'canary' || phase === 'service'
