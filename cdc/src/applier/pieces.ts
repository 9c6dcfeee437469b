/**
 * Groups feed events into source transactions.
 *
 * A transaction is the run of changes that share a GTID; nothing in the feed says where it ends, so
 * it ends where something else begins: another GTID, a snapshot row, a marker. What stands last is an
 * open tail; the applier closes it by writing a marker at the source. A tail too long to be kept is
 * handed out in pieces, so that memory stays bounded however large a transaction is.
 *
 * Pure.
 *
 * @module
 */

import { MatapaloError } from '@matapalo/core'
import type { FeedEvent } from '../change.ts'
import type { Described } from '../envelope.ts'

/** A message that could not be decoded, in its place in the order. */
export interface Broken extends Described {
  readonly type: 'broken'
  readonly error: unknown
  readonly payload: string
}

export type PieceEvent = FeedEvent | Broken

export interface Piece {
  readonly events: readonly PieceEvent[]
  /** The first piece of its transaction. */
  readonly begins: boolean
  /** The last one: what was applied may be committed. */
  readonly ends: boolean
}

export interface Assembler {
  push(event: PieceEvent): void
  /** Everything that may be applied now. */
  take(): Piece[]
  /** True while the last transaction may still go on. */
  readonly tailOpen: boolean
}

/**
 * An event came a second time. An older transaction would end the open one in its middle, and the rest of
 * that one would be taken for a replay and dropped: the run ends instead, and begins again from its standing.
 */
export class FeedWentBack extends MatapaloError {
  readonly code = 'MATAPALO_FEED_WENT_BACK'
  override readonly retryable = true

  constructor(offset: bigint, last: bigint) {
    super(
      `the feed handed over offset ${offset} after ${last}; the applier starts again from what it has committed`,
    )
  }
}

/** @param maxTail events of one transaction kept before a part of it is handed out */
export function createAssembler(maxTail = 2_000): Assembler {
  let ready: Piece[] = []
  let events: PieceEvent[] = []
  let gtid: string | null = null
  let begun = false
  let last = -1n

  const close = (): void => {
    if (events.length > 0 || begun) ready.push({ events, begins: !begun, ends: true })
    events = []
    gtid = null
    begun = false
  }
  const tailOpen = (): boolean => gtid !== null && (events.length > 0 || begun)

  return {
    push(event) {
      if (event.offset <= last) throw new FeedWentBack(event.offset, last)
      last = event.offset
      if (event.type === 'marker') {
        close()
        ready.push({ events: [event], begins: true, ends: true })
        return
      }
      if (event.gtid !== gtid) close()
      gtid = event.gtid
      events.push(event)
      if (events.length < maxTail) return
      if (gtid === null) {
        close()
        return
      }
      ready.push({ events, begins: !begun, ends: false })
      events = []
      begun = true
    },
    take() {
      // Snapshot rows are complete each by itself.
      if (gtid === null) close()
      const taken = ready
      ready = []
      return taken
    },
    get tailOpen() {
      return tailOpen()
    },
  }
}
