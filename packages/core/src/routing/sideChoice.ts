/**
 * A tester's choice of a side: what the signed header says, and which reads follow it.
 *
 * Pure. Who signs is the operator's command, who verifies is the edge; both read the words here.
 *
 * @module
 */

import type { DomainState, RouteRule, RouteTable } from '../routeTable.ts'
import type { Side } from '../vocabulary.ts'
import { elsewhere } from './canary.ts'
import type { Decision } from './decide.ts'

export const sideHeader = 'x-matapalo-side'

/** What its token (a JWT, HS256) says of itself, so that none that was made for something else passes. */
export const sideToken = {
  typ: 'matapalo-side+jwt',
  issuer: 'matapalo-tester',
  audience: 'matapalo-edge',
  /** 86400 (one day): a header that was left in a script ends by itself. */
  longestSeconds: 86_400,
} as const

/** Octets, of the key that both share: RFC 7518 3.2 wants as many as the hash has. */
export const sideKeyLeast = 32

/** Stands for every domain; no domain can be called so. */
export const allDomains = '*'

export interface SideChoice {
  readonly side: Side
  /** Names, or {@link allDomains} alone. */
  readonly domains: readonly string[]
}

/** Undefined: the claims are no choice. */
export function choiceOf({
  side,
  domains,
}: Readonly<Record<string, unknown>>): SideChoice | undefined {
  if (side !== 'monolith' && side !== 'service') return undefined
  if (!Array.isArray(domains) || domains.length === 0) return undefined
  if (!domains.every((one): one is string => typeof one === 'string')) return undefined
  return { side, domains }
}

/** Who serves a request that comes with a choice. */
export type Chosen =
  /** It says nothing about this one: another domain's, a write, or nobody's. */
  | { readonly kind: 'free' }
  /** The chosen side is the one that serves it anyway. */
  | { readonly kind: 'here' }
  | { readonly kind: 'there'; readonly decision: Decision }
  /** The chosen side must not serve it now. */
  | { readonly kind: 'closed'; readonly domain: string; readonly why: string }

/**
 * A read goes to the chosen side only while a canary serves somebody: before that edges keep no
 * tokens of the domain's writes, or not all of them do, and a tester would not read his own.
 *
 * @param decision as made without the choice: by the owner
 */
export function followChoice(choice: SideChoice, table: RouteTable, decision: Decision): Chosen {
  const { route, access, writes, side } = decision
  const unknown = choice.domains.find(
    (name) => name !== allDomains && !table.domains.some(({ domain }) => domain === name),
  )
  // Misspelt, it would be about no request at all.
  if (unknown !== undefined) {
    return { kind: 'closed', domain: unknown, why: 'there is no such domain' }
  }
  const state = table.domains.find(({ domain }) => domain === route?.domain)
  if (state === undefined || access !== 'read' || writes.length > 0) return { kind: 'free' }
  const { domain } = state
  if (!choice.domains.includes(domain) && !choice.domains.includes(allDomains)) {
    return { kind: 'free' }
  }
  if (side === choice.side) return { kind: 'here' }
  const why = closedFor(state, route)
  const there = why === undefined ? elsewhere(table, decision) : undefined
  if (there !== undefined) return { kind: 'there', decision: there.decision }
  return { kind: 'closed', domain, why: why ?? 'only its owner serves this' }
}

function closedFor(state: DomainState, route: RouteRule | null): string | undefined {
  if (route?.side !== undefined) return `this route is always the ${route.side}'s`
  if (state.hold) return 'it is being moved'
  if (state.phase !== 'canary') return `it is in phase ${state.phase}`
  return state.canary === undefined || state.canary === 0
    ? 'its canary serves nobody yet'
    : undefined
}
