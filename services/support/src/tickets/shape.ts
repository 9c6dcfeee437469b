/**
 * Tickets and messages as the API shows them.
 *
 * @module
 */
import type { Queryable } from '@bookshop/kit/database'
import type { ShowInstant } from '@bookshop/kit/instants'
import type { Caller } from '../caller.ts'
import { notFound } from '../errors.ts'

export interface TicketRow {
  readonly id: number
  readonly reference: string | null
  readonly user_id: number
  readonly order_id: number | null
  readonly subject: string
  readonly status: 'open' | 'answered' | 'closed'
  readonly urgent: number
  readonly created_at: string
  readonly updated_at: string
}

export interface MessageRow {
  readonly id: number
  readonly user_id: number
  readonly from_staff: number
  readonly body: string
  readonly reference: string | null
  readonly created_at: string
}

export const ticketColumns = [
  'id',
  'reference',
  'user_id',
  'order_id',
  'subject',
  'status',
  'urgent',
  'created_at',
  'updated_at',
] as const

const messageColumns = ['id', 'user_id', 'from_staff', 'body', 'reference', 'created_at'] as const

export const showTicket = (row: TicketRow, show: ShowInstant) => ({
  id: row.id,
  reference: row.reference,
  user_id: row.user_id,
  order_id: row.order_id,
  subject: row.subject,
  status: row.status,
  urgent: row.urgent === 1,
  created: show(row.created_at),
  updated: show(row.updated_at),
})

export const showMessage = (row: MessageRow, show: ShowInstant) => ({
  id: row.id,
  user_id: row.user_id,
  from_staff: row.from_staff === 1,
  body: row.body,
  reference: row.reference,
  created: show(row.created_at),
})

/** A ticket that this caller may see: their own, for agents any. Others are not found. */
export async function visibleTicket(
  queryable: Queryable,
  id: number,
  caller: Caller,
): Promise<TicketRow> {
  const row = await queryable('ticket')
    .where({ id })
    .first<TicketRow | undefined>(...ticketColumns)
  if (row === undefined || (row.user_id !== caller.id && !caller.isAgent)) throw notFound('ticket')
  return row
}

export async function messagesOf(queryable: Queryable, ticketId: number, show: ShowInstant) {
  const rows: MessageRow[] = await queryable('ticket_message')
    .where({ ticket_id: ticketId })
    .orderBy('id')
    .select(...messageColumns)
  return rows.map((row) => showMessage(row, show))
}

export async function readTicket(
  queryable: Queryable,
  show: ShowInstant,
  id: number,
  caller: Caller,
) {
  const row = await visibleTicket(queryable, id, caller)
  return { ...showTicket(row, show), messages: await messagesOf(queryable, id, show) }
}

const listed = 50

/** A customer's own, for agents all; the latest 50, newest first. */
export async function listTickets(queryable: Queryable, show: ShowInstant, caller: Caller) {
  const mine = caller.isAgent ? {} : { user_id: caller.id }
  const rows: TicketRow[] = await queryable('ticket')
    .where(mine)
    .orderBy('id', 'desc')
    .limit(listed)
    .select(...ticketColumns)
  return rows.map((row) => showTicket(row, show))
}
