/**
 * Follows one row through the changes that stand behind a refused one: what has become of it since?
 *
 * Pure. A refused version may be passed over only when the feed holds a later one of the same row. The
 * first change after which the key means something else (the row was deleted, or got another key) ends
 * what is passed over: from there on every change must be applied as it stands.
 *
 * @module
 */
import type { Row } from '@matapalo/core'
import type { Change, FeedEvent, Place } from '../change.ts'
import { isReplay } from './plan.ts'
import { keyText } from './segments.ts'

export interface LaterVersion {
  /** Under the key of the refused version; null: the row is gone. */
  readonly row: Row | null
  /** Versions before this offset are passed over; the change at it is applied as it stands. */
  readonly until: bigint
}

export interface RowFollower {
  /** In the order of the topic, from the change behind the refused one. */
  take(event: FeedEvent): void
  /** The newest version so far; null: there is none. */
  readonly found: LaterVersion | null
}

/**
 * @param position applied before the refused change's transaction: replays are told by it
 * @param keyOf a change's key; may throw where a change cannot be decoded
 */
export function followRow(
  refused: Change,
  keyOf: (change: Change) => Row,
  position: string | null,
): RowFollower {
  const key = keyOf(refused)
  let sought = keyText(key)
  let row: Row | null | undefined
  /** Of the newest version under the refused one's key. */
  let newest = refused.offset
  /** Where that key was deleted or left. */
  let end: bigint | null = null
  let gone: { readonly gtid: string | null; readonly ends: boolean } | null = null
  let renaming = false
  let done = position
  let current: Place = refused

  const isOld = (event: Place): boolean => {
    // What shares a transaction with its predecessor is no replay of it.
    if (event.gtid !== current.gtid && current.gtid !== null && !isReplay(current, done))
      done = current.position
    current = event
    return isReplay(event, done)
  }
  /** null: it cannot be decoded, and is refused itself when its turn comes. */
  const keyTextOf = (change: Change): string | null => {
    try {
      return keyText(keyOf(change))
    } catch {
      return null
    }
  }
  const version = (change: Change): void => {
    row = { ...change.after, ...key }
    if (end === null) newest = change.offset
  }

  return {
    take(event) {
      if (isOld(event) || event.type === 'marker' || event.table !== refused.table) return
      const its = keyTextOf(event)
      if (renaming) {
        renaming = false
        if (event.keyChange !== 'new' || its === null) return
        sought = its
        version(event)
        return
      }
      if (its !== sought) return
      if (gone !== null) {
        // Deleted and inserted within one transaction is an update.
        if (event.op !== 'c' || gone.gtid === null || event.gtid !== gone.gtid) return
        if (gone.ends) end = null
        gone = null
        version(event)
      } else if (event.keyChange === 'old') {
        renaming = true
        end ??= event.offset
      } else if (event.op === 'd') {
        row = null
        gone = { gtid: event.gtid, ends: end === null }
        end ??= event.offset
      } else if (event.op !== 't') version(event)
    },
    get found() {
      return row === undefined ? null : { row, until: end ?? newest }
    },
  }
}
