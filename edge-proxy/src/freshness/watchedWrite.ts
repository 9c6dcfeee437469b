/**
 * Which of the domains that a request may write have readers elsewhere.
 *
 * Pure.
 *
 * @module
 */
import type { Decision, RouteTable } from '@matapalo/core'
import type { Exchange } from '../exchange.ts'
import type { FreshWrite } from './freshness.ts'

/** Undefined: nobody reads elsewhere what it may write. */
export function watchedWrite(
  exchange: Pick<Exchange, 'traceparent' | 'subjects' | 'bridged'>,
  table: RouteTable,
  { writes }: Decision,
  watched: ReadonlySet<string>,
): FreshWrite | undefined {
  if (watched.size === 0 || writes.length === 0) return undefined
  const domains = table.domains
    .filter(({ domain }) => watched.has(domain) && writes.includes(domain))
    .map(({ domain, owner }) => ({ domain, owner }))
  if (domains.length === 0) return undefined
  const everybody = exchange.bridged === 'unknown'
  return { id: exchange.traceparent, subjects: exchange.subjects, domains, everybody }
}
