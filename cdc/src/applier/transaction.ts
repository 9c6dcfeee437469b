/**
 * Target transactions: rows or rogue records, and the new standing, commit together.
 *
 * @module
 */
import type { Session } from '@matapalo/runtime'
import { uncheckFence } from '../fence.ts'
import type { OutboxEvent } from './emitter.ts'
import type { Outbox } from './outbox.ts'
import type { Work } from './plan.ts'
import { recordRogues } from './rogue.ts'
import {
  advance,
  beginOwn,
  type Counted,
  commitOwn,
  type Standing,
  type StateRow,
} from './state.ts'
import { recordSuperseded } from './supersede.ts'
import type { RowWriter } from './writeRows.ts'

export interface TargetTransaction {
  /** True between the pieces of one long source transaction. */
  readonly open: boolean
  readonly standing: Standing
  /** @param singly op by op, after a batch has failed */
  apply(work: Work, singly: boolean): Promise<void>
  rollback(): Promise<void>
}

interface Parts {
  readonly writer: RowWriter
  readonly outbox: Outbox
  readonly topic: string
}

const none: Counted = { applied: 0, rogue: 0, snapshotRows: 0 }

export function targetTransaction(
  session: Session,
  own: StateRow,
  { writer, outbox, topic }: Parts,
  start: Standing,
): TargetTransaction {
  let standing = start
  let open = false
  let counted = none
  /** Told when the last piece of their transaction is written, so that they see its rows. */
  let events: readonly OutboxEvent[] = []

  const count = (work: Work): Counted => ({
    applied: counted.applied + work.applied,
    rogue: counted.rogue + work.rogues.length,
    snapshotRows: counted.snapshotRows + work.snapshotRows,
  })

  return {
    get open() {
      return open
    },
    get standing() {
      return standing
    },
    async apply(work, singly) {
      const rows = work.ops.length > 0
      const { rogues, superseded } = work
      // Nothing but markers and echoes: one statement is a transaction of its own.
      if (!open && !rows && rogues.length === 0 && superseded.length === 0) {
        if (!work.ends) return
        await advance(session, own, standing, work.next, count(work))
        standing = work.next
        return
      }
      if (!open) {
        open = true
        await beginOwn(session, own, standing)
      }
      if (rows) await (singly ? writer.writeSingly : writer.writeBatch)(session, work.ops)
      if (rogues.length > 0) await recordRogues(session, own.domain, own.direction, rogues)
      if (superseded.length > 0) await recordSuperseded(session, { ...own, topic }, superseded)
      counted = count(work)
      events = [...events, ...work.events]
      if (!work.ends) return
      await outbox.write(session, events)
      await commitOwn(session, own, standing, work.next, counted)
      open = false
      counted = none
      events = []
      standing = work.next
    },
    async rollback() {
      counted = none
      events = []
      if (!open) return
      await uncheckFence(session)
      await session.execute('ROLLBACK')
      open = false
    },
  }
}
