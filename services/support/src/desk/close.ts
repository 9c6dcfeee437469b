/**
 * Closing a case. A return ends with a decision; an accepted one stays open until the money is back or
 * it is refused after all.
 *
 * @module
 */
import { inTransaction, type Transaction } from '@bookshop/kit/database'
import { ApiError, invalid } from '@bookshop/kit/errors'
import type { Body } from '@bookshop/kit/input'
import { utcText } from '@bookshop/kit/instants'
import type { Caller } from '../caller.ts'
import { announce, type CaseKey } from '../events.ts'
import type { Support } from '../support.ts'
import { changeAssignment } from './assignment.ts'
import type { CaseRow } from './cases.ts'
import { holdCase, mustBeFreeFor } from './held.ts'

type Outcome = 'accepted' | 'refused' | 'refunded'

// The document allows these values only.
const outcomeOf = (body: Body): Outcome | null => (body.outcome as Outcome | undefined) ?? null

const closeTicket = (transaction: Transaction, id: number, at: string) =>
  transaction('ticket').where({ id }).update({ status: 'closed', updated_at: at })

async function decideReturn(
  transaction: Transaction,
  { id }: CaseKey,
  outcome: Outcome,
): Promise<'decided' | 'known'> {
  const row = await transaction('return_request')
    .where({ id })
    .forUpdate()
    .first<{ status: string } | undefined>('status')
  if (row?.status === outcome) return 'known'
  if (row?.status === 'refused' || row?.status === 'refunded') {
    throw new ApiError(409, 'case_closed', `This return was ${row.status}`)
  }
  await transaction('return_request').where({ id }).update({ status: outcome })
  return 'decided'
}

/** What closing means for the kind of case. @returns whether anything changed */
async function settle(
  transaction: Transaction,
  key: CaseKey,
  row: CaseRow,
  outcome: Outcome | null,
): Promise<boolean> {
  if (key.kind === 'return') {
    if (outcome === null) throw invalid('outcome', 'accepted, refused or refunded')
    return (await decideReturn(transaction, key, outcome)) === 'decided'
  }
  if (outcome !== null) throw invalid('outcome', 'for returns only')
  if (row.state === 'closed') return false
  if (key.kind === 'complaint') {
    await transaction('complaint').where({ id: key.id }).update({ resolved: true })
  }
  return true
}

export const closeCase = (
  { database, now }: Support,
  caller: Caller,
  key: CaseKey,
  body: Body,
): Promise<void> =>
  inTransaction(database, async (transaction) => {
    const at = utcText(now())
    const outcome = outcomeOf(body)
    const row = await holdCase(transaction, key, now())
    mustBeFreeFor(row, caller)
    if (!(await settle(transaction, key, row, outcome))) return
    const isClosed = outcome !== 'accepted'
    if (isClosed) {
      await changeAssignment(transaction, key, { closed_at: at }, now())
      if (row.ticket_id !== null) await closeTicket(transaction, row.ticket_id, at)
    }
    await announce(transaction, isClosed ? 'ticket.closed' : 'ticket.answered', {
      ...key,
      userId: row.user_id,
      ticketId: row.ticket_id,
      agentId: row.agent_id,
      byId: caller.id,
      fromStaff: true,
      ...(outcome === null ? {} : { outcome }),
    })
  })
