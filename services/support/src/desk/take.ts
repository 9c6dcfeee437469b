/**
 * Taking a case from the queue, and handing it over.
 *
 * @module
 */
import { inTransaction, type Transaction } from '@bookshop/kit/database'
import { ApiError } from '@bookshop/kit/errors'
import { type Body, whole } from '@bookshop/kit/input'
import type { Caller } from '../caller.ts'
import { announce, type CaseKey } from '../events.ts'
import type { Support } from '../support.ts'
import { isAgentKnown } from './agents.ts'
import { changeAssignment } from './assignment.ts'
import type { CaseRow } from './cases.ts'
import { holdCase, mustBeFree, mustBeFreeFor, mustBeOpen } from './held.ts'

/** Gives a held case to `agentId`; does nothing when it is theirs already. */
export async function assign(
  transaction: Transaction,
  key: CaseKey,
  row: CaseRow,
  agentId: number | null,
  byId: number,
  now: Date,
): Promise<void> {
  if (row.agent_id === agentId) return
  await changeAssignment(transaction, key, { agent_id: agentId }, now)
  await announce(transaction, 'ticket.assigned', {
    ...key,
    userId: row.user_id,
    ticketId: row.ticket_id,
    agentId,
    byId,
    fromStaff: true,
  })
}

export const takeCase = ({ database, now }: Support, caller: Caller, key: CaseKey): Promise<void> =>
  inTransaction(database, async (transaction) => {
    const row = await holdCase(transaction, key, now())
    mustBeOpen(row)
    mustBeFree(row, caller)
    await assign(transaction, key, row, caller.id, caller.id, now())
  })

export const handOver = (
  { database, now }: Support,
  caller: Caller,
  key: CaseKey,
  body: Body,
): Promise<void> =>
  inTransaction(database, async (transaction) => {
    const agentId = body.agent_id === null ? null : whole(body, 'agent_id', 1, 2_147_483_647)
    const row = await holdCase(transaction, key, now())
    mustBeOpen(row)
    mustBeFreeFor(row, caller)
    if (agentId !== null && !(await isAgentKnown(transaction, agentId))) {
      throw new ApiError(400, 'unknown_agent', 'Nobody of that id has been at the desk', {
        details: { field: 'agent_id' },
      })
    }
    await assign(transaction, key, row, agentId, caller.id, now())
  })
