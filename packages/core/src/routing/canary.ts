/**
 * Reads by the side that does not own them: which requests may go there, and whose do.
 *
 * Pure.
 *
 * @module
 */
import type { DomainState, RouteTable } from '../routeTable.ts'
import { otherSide } from '../vocabulary.ts'
import type { Decision } from './decide.ts'

/** The same request decided for the other side. */
export interface Elsewhere {
  readonly state: DomainState
  readonly decision: Decision
}

/**
 * Undefined: only the owner may answer. Shadow and canary touch reads only; what moves or is held,
 * and what has one side for ever, stays where it is.
 */
export function elsewhere(table: RouteTable, decision: Decision): Elsewhere | undefined {
  const there = otherSideOf(table, decision)
  const phase = there?.state.phase
  return phase === 'shadow' || phase === 'canary' ? there : undefined
}

/** The same read at the other side, whether or not anybody is there; undefined: it is no such read. */
export function otherSideOf(table: RouteTable, decision: Decision): Elsewhere | undefined {
  const { route, access, writes } = decision
  if (route === null || route.domain === null || route.side !== undefined) return undefined
  if (access !== 'read' || writes.length > 0) return undefined
  const state = table.domains.find(({ domain }) => domain === route.domain)
  if (state === undefined || state.hold) return undefined
  const side = otherSide(decision.side)
  const upstream = side === 'service' ? state.service : 'monolith'
  const freshFor = route.reads.filter((name) => {
    const owner = table.domains.find(({ domain }) => domain === name)?.owner
    return owner !== undefined && owner !== side
  })
  return { state, decision: { ...decision, side, upstream, freshFor } }
}

/** Domains that the other side of some domain in canary reads, and does not own. */
export function canaryReads(table: RouteTable): ReadonlySet<string> {
  const owners = new Map(table.domains.map(({ domain, owner }) => [domain, owner]))
  const read = new Set<string>()
  for (const { domain, phase, owner, canary } of table.domains) {
    if (phase !== 'canary' || canary === undefined) continue
    const side = otherSide(owner)
    for (const route of table.routes) {
      if (route.domain !== domain || route.side !== undefined) continue
      for (const name of route.reads) {
        const writer = owners.get(name)
        if (writer !== undefined && writer !== side) read.add(name)
      }
    }
  }
  return read
}

/**
 * Where a subject stands between 0 and 1 in this domain: the same in every edge, at every start, and
 * another in each domain, so that nobody is always the first to try. FNV-1a, then the finish of
 * MurmurHash3, which spreads what differs in a few characters only.
 */
export function bucketOf(domain: string, subject: string): number {
  let hash = 0x811c9dc5
  const text = `${domain}:${subject}`
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}

/**
 * Nobody's reads are never the canary's: without a subject the share could be kept by address only,
 * and behind a load balancer that would be everybody or nobody.
 */
export const inCanary = (
  { domain, phase, canary }: DomainState,
  subject: string | undefined,
): boolean =>
  phase === 'canary' &&
  canary !== undefined &&
  subject !== undefined &&
  bucketOf(domain, subject) < canary
