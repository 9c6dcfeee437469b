/**
 * Whose case it is. A case without a row is in the queue.
 *
 * @module
 */
import type { Queryable, Transaction } from '@bookshop/kit/database'
import { utcText } from '@bookshop/kit/instants'
import type { CaseKey } from '../events.ts'

export interface Assignment {
  readonly agent_id: number | null
  readonly conversation: number | null
  readonly closed_at: string | null
}

const rowOf = ({ kind, id }: CaseKey) => ({ kind, case_id: id })

export async function agentOf(queryable: Queryable, key: CaseKey): Promise<number | null> {
  const row = await queryable('assignment')
    .where(rowOf(key))
    .first<{ agent_id: number | null } | undefined>('agent_id')
  return row?.agent_id ?? null
}

/** The row, locked until the transaction ends: agents who reach for one case come one by one. */
export async function lockAssignment(
  transaction: Transaction,
  key: CaseKey,
  now: Date,
): Promise<Assignment> {
  await transaction('assignment')
    .insert({ ...rowOf(key), updated_at: utcText(now) })
    .onConflict()
    .ignore()
  const row = await transaction('assignment')
    .where(rowOf(key))
    .forUpdate()
    .first<Assignment | undefined>('agent_id', 'conversation', 'closed_at')
  if (row === undefined) throw new TypeError('an assignment that was just written is not there')
  return row
}

export async function changeAssignment(
  transaction: Transaction,
  key: CaseKey,
  change: Partial<Assignment>,
  now: Date,
): Promise<void> {
  await transaction('assignment')
    .where(rowOf(key))
    .update({ ...change, updated_at: utcText(now) })
}
