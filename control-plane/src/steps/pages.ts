/** Domains without tables take part in a transfer by their routes alone; the journal says so. */
import type { Detail } from '@matapalo/core'
import type { Move } from '../ports.ts'

/** What a step that touches databases leaves out; empty when there is nothing of that kind. */
export function pages(move: Pick<Move, 'domains' | 'stored'>): Detail {
  const without = move.domains.filter((domain) => !move.stored.includes(domain))
  return without.length === 0 ? {} : { withoutTables: without }
}

/** The same for a step that has nothing else to tell. */
export function pagesOnly(move: Pick<Move, 'domains' | 'stored'>): Detail | undefined {
  const detail = pages(move)
  return Object.keys(detail).length === 0 ? undefined : detail
}
