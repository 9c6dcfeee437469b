/**
 * Opening a ticket: the ticket, its first message and the event are one transaction.
 *
 * @module
 */
import type { Transaction } from '@bookshop/kit/database'
import { type Body, optionalReference, text, truth } from '@bookshop/kit/input'
import { utcText } from '@bookshop/kit/instants'
import type { Caller } from '../caller.ts'
import { announce } from '../events.ts'
import type { Missing } from '../neighbours/missing.ts'
import { type Inserted, insertOnce } from '../repeat.ts'
import type { Support } from '../support.ts'
import { keepClaim, namedOrder } from './order.ts'

export interface NewTicket {
  readonly userId: number
  readonly subject: string
  readonly words: string
  readonly urgent: boolean
  readonly reference: string | null
  readonly orderId: number | null
  readonly claimedOrderId: number | null
  readonly fromStaff: boolean
}

/** @returns the ticket's id */
export async function insertTicket(
  transaction: Transaction,
  ticket: NewTicket,
  now: Date,
): Promise<number> {
  const at = utcText(now)
  const [id = 0] = await transaction('ticket').insert({
    reference: ticket.reference,
    user_id: ticket.userId,
    order_id: ticket.orderId,
    subject: ticket.subject,
    urgent: ticket.urgent,
    created_at: at,
    updated_at: at,
  })
  await transaction('ticket_message').insert({
    ticket_id: id,
    user_id: ticket.userId,
    from_staff: ticket.fromStaff,
    body: ticket.words,
    created_at: at,
  })
  const key = { kind: 'query', id } as const
  await keepClaim(transaction, key, ticket.userId, ticket.claimedOrderId, now)
  await announce(transaction, 'ticket.opened', {
    ...key,
    userId: ticket.userId,
    ticketId: id,
    agentId: null,
    byId: ticket.userId,
    fromStaff: ticket.fromStaff,
  })
  return id
}

export async function openTicket(
  { database, orders, now }: Support,
  caller: Caller,
  body: Body,
  missing: Missing,
): Promise<Inserted> {
  const subject = text(body, 'subject', 200)
  const words = text(body, 'body', 10_000)
  const urgent = body.urgent !== undefined && truth(body, 'urgent')
  const reference = optionalReference(body)
  const { orderId, claimed } = await namedOrder(orders, caller, body, missing)
  return insertOnce(database, 'ticket', reference, caller.id, (transaction) =>
    insertTicket(
      transaction,
      {
        userId: caller.id,
        subject,
        words,
        urgent,
        reference,
        orderId,
        claimedOrderId: claimed,
        fromStaff: caller.isAgent,
      },
      now(),
    ),
  )
}
