/**
 * The words of the trade as types: one word, one meaning, in every package, log line and page.
 *
 * @module
 */

/** One of the two stores that may own a domain's writes. */
export type Side = 'monolith' | 'service'

/** Which way a change feed flows: `forward` is monolith → service, `reverse` is back. */
export type Direction = 'forward' | 'reverse'

/** Where a domain stands on its way out of the monolith. */
export type Phase =
  | 'registered'
  | 'backfill'
  | 'shadow'
  | 'canary'
  | 'cutover'
  | 'service'
  | 'decommissioned'

/** The transfer kinds: `cutover` moves ownership forward, `rollback` moves it back. */
export type TransferKind = 'cutover' | 'rollback'

/** What an applier does with changes: write them, or only check that they are its own echoes. */
export type ApplierMode = 'apply' | 'audit'

export const otherSide = (side: Side): Side => (side === 'monolith' ? 'service' : 'monolith')

/** The side whose changes a feed of this direction reads. */
export const sourceOf = (direction: Direction): Side =>
  direction === 'forward' ? 'monolith' : 'service'

/** The side that a feed of this direction writes. */
export const targetOf = (direction: Direction): Side => otherSide(sourceOf(direction))

/** The feed direction whose source is the given side. */
export const directionFrom = (side: Side): Direction =>
  side === 'monolith' ? 'forward' : 'reverse'
