/**
 * Target transactions: rows, quarantine or rogue records, and the new standing commit together.
 *
 * @module
 */
import { type Direction, MatapaloError } from '@matapalo/core'
import type { Session } from '@matapalo/runtime'
import { checkFence, uncheckFence } from '../fence.ts'
import type { Work } from './plan.ts'
import { recordRogues } from './rogue.ts'
import { advance, type Counted, lockOwn, type Standing, type StateRow } from './state.ts'
import type { RowWriter } from './writeRows.ts'

/** The target's fence is open, or at another term: this side may not be written by us. */
export class FenceRefuses extends MatapaloError {
  readonly code = 'MATAPALO_FENCE_REFUSES_APPLIER'
  override readonly retryable = true

  constructor(domain: string, direction: Direction, term: number) {
    super(
      `${domain}/${direction}: the target's fence is not closed at term ${term}; run: matapalo status ${domain}`,
    )
  }
}

export interface TargetTransaction {
  /** True between the pieces of one long source transaction. */
  readonly open: boolean
  readonly standing: Standing
  /** @param singly op by op, after a batch has failed */
  apply(work: Work, singly: boolean): Promise<void>
  rollback(): Promise<void>
}

const none: Counted = { applied: 0, rogue: 0, snapshotRows: 0 }

export function targetTransaction(
  session: Session,
  own: StateRow,
  writer: RowWriter,
  start: Standing,
): TargetTransaction {
  let standing = start
  let open = false
  let checked = false
  let counted = none

  const begin = async (): Promise<void> => {
    await session.execute('START TRANSACTION')
    open = true
    counted = none
    await lockOwn(session, own, standing)
  }
  const check = async (): Promise<void> => {
    if (checked) return
    if (!(await checkFence(session, own.domain, standing.term))) {
      throw new FenceRefuses(own.domain, own.direction, standing.term)
    }
    checked = true
  }
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
      // Nothing but markers and echoes: one statement is a transaction of its own.
      if (!open && !rows && work.rogues.length === 0) {
        if (!work.ends) return
        await advance(session, own, standing, work.next, count(work))
        standing = work.next
        return
      }
      if (!open) await begin()
      if (rows) {
        await check()
        await (singly ? writer.writeSingly : writer.writeBatch)(session, work.ops)
      }
      if (work.rogues.length > 0) {
        await recordRogues(session, own.domain, own.direction, work.rogues)
      }
      counted = count(work)
      if (!work.ends) return
      await advance(session, own, standing, work.next, counted)
      if (checked) await uncheckFence(session)
      checked = false
      await session.execute('COMMIT')
      open = false
      counted = none
      standing = work.next
    },
    async rollback() {
      if (checked) await uncheckFence(session)
      checked = false
      counted = none
      if (open) await session.execute('ROLLBACK')
      open = false
    },
  }
}
