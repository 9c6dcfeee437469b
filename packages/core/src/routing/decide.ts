/**
 * Decides which upstream answers one request, and what it must wait for.
 *
 * Pure: reads a RouteTable snapshot and the request line, touches no socket and no clock, so any
 * "who served this?" can be replayed in a test.
 *
 * @module
 */
import type { RouteRule, RouteTable } from '../routeTable.ts'
import type { Side } from '../vocabulary.ts'
import { matchRoute, type RequestLine } from './match.ts'

export interface Decision {
  /** null: no rule matched, which a compiled table does not let happen. */
  readonly route: RouteRule | null
  /** Key of the table's upstreams. */
  readonly upstream: string
  readonly side: Side
  readonly access: 'read' | 'write'
  /** Held domains that the request may write: it waits until none is left. */
  readonly holdFor: readonly string[]
  /** Domains whose tables the answering side reads and does not own: it must have caught up. */
  readonly freshFor: readonly string[]
  /** Domains whose tables the request may write, held or not. */
  readonly writes: readonly string[]
}

const safe: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])
const none: readonly string[] = []

export function decide(table: RouteTable, request: RequestLine): Decision {
  const route = matchRoute(table, request)
  const unsafe = !safe.has(request.method)
  const all = route ? none : table.domains.map(({ domain }) => domain)
  const writes = route ? route.writes : unsafe ? all : none
  const reads = route ? route.reads : all
  const stateOf = (name: string | null | undefined) =>
    table.domains.find(({ domain }) => domain === name)
  const home = stateOf(route?.domain)
  const side = (home && route?.side) ?? home?.owner ?? 'monolith'
  return {
    route,
    side,
    upstream: home && side === 'service' ? home.service : 'monolith',
    access: route?.access ?? (writes.length > 0 || unsafe ? 'write' : 'read'),
    holdFor: writes.length === 0 ? none : writes.filter((name) => stateOf(name)?.hold),
    freshFor: reads.filter((name) => {
      const state = stateOf(name)
      return state !== undefined && state.owner !== side
    }),
    writes,
  }
}
