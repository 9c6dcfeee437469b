/**
 * A case in an agent's hands: its rows locked, and the rules of who may do what with it.
 *
 * @module
 */
import type { Transaction } from '@bookshop/kit/database'
import { ApiError } from '@bookshop/kit/errors'
import type { Caller } from '../caller.ts'
import type { CaseKey } from '../events.ts'
import { lockAssignment } from './assignment.ts'
import { type CaseRow, findCase } from './cases.ts'

/** Throws 404; afterwards nobody else changes the case until the transaction ends. */
export async function holdCase(
  transaction: Transaction,
  key: CaseKey,
  now: Date,
): Promise<CaseRow> {
  await findCase(transaction, key)
  await lockAssignment(transaction, key, now)
  return findCase(transaction, key)
}

export function mustBeOpen({ state }: CaseRow): void {
  if (state === 'closed') throw new ApiError(409, 'case_closed', 'This case is closed')
}

/** Nobody else's: the caller's own, or still in the queue. */
export function mustBeFree({ agent_id: agentId }: CaseRow, caller: Caller): void {
  if (agentId === null || agentId === caller.id) return
  throw new ApiError(409, 'case_taken', 'Another agent has this case', {
    details: { agent_id: agentId },
  })
}

/** Staff may lay hands on a colleague's case, say when that one is ill. */
export function mustBeFreeFor(row: CaseRow, caller: Caller): void {
  if (!caller.isStaff) mustBeFree(row, caller)
}
