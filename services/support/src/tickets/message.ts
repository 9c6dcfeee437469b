/**
 * Writing on a ticket. Staff's words make it answered, a customer's words open it again.
 *
 * @module
 */
import type { Transaction } from '@bookshop/kit/database'
import { type Body, optionalReference, text } from '@bookshop/kit/input'
import { utcText } from '@bookshop/kit/instants'
import type { Caller } from '../caller.ts'
import { agentOf } from '../desk/assignment.ts'
import { announce } from '../events.ts'
import { type Inserted, insertOnce } from '../repeat.ts'
import type { Support } from '../support.ts'
import { visibleTicket } from './shape.ts'

export interface NewMessage {
  readonly ticketId: number
  readonly customerId: number
  readonly byId: number
  readonly fromStaff: boolean
  readonly words: string
  readonly reference: string | null
}

/** @returns the message's id */
export async function insertMessage(
  transaction: Transaction,
  message: NewMessage,
  now: Date,
): Promise<number> {
  const at = utcText(now)
  const { ticketId, byId, fromStaff } = message
  const [id = 0] = await transaction('ticket_message').insert({
    ticket_id: ticketId,
    user_id: byId,
    reference: message.reference,
    from_staff: fromStaff,
    body: message.words,
    created_at: at,
  })
  await transaction('ticket')
    .where({ id: ticketId })
    .update({ status: fromStaff ? 'answered' : 'open', updated_at: at })
  const key = { kind: 'query', id: ticketId } as const
  await announce(transaction, 'ticket.answered', {
    ...key,
    userId: message.customerId,
    ticketId,
    agentId: await agentOf(transaction, key),
    byId,
    fromStaff,
  })
  return id
}

export async function addMessage(
  { database, now }: Support,
  ticketId: number,
  caller: Caller,
  body: Body,
): Promise<Inserted> {
  const words = text(body, 'body', 10_000)
  const reference = optionalReference(body)
  const ticket = await visibleTicket(database, ticketId, caller)
  return insertOnce(database, 'ticket_message', reference, caller.id, (transaction) =>
    insertMessage(
      transaction,
      {
        ticketId,
        customerId: ticket.user_id,
        byId: caller.id,
        fromStaff: caller.isAgent,
        words,
        reference,
      },
      now(),
    ),
  )
}
