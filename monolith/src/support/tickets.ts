/**
 * Tickets: a customer asks, staff answer.
 *
 * @module
 */
import type { User } from '../accounts/sessions.ts'
import type { Database, Sql } from '../database.ts'
import { invalid, notFound } from '../errors.ts'
import { type Body, onlyFields, optionalReference, text, truth, whole } from '../input.ts'
import type { ShowTime } from '../localTime.ts'
import { type Inserted, insertOnce } from './repeat.ts'

export const ticketStatuses = ['open', 'answered', 'closed'] as const

interface TicketRow {
  readonly id: number
  readonly reference: string | null
  readonly user_id: number
  readonly order_id: number | null
  readonly subject: string
  readonly status: number
  readonly urgent: string
  readonly created: string
  readonly updated: string
}
interface MessageRow {
  readonly id: number
  readonly user_id: number
  readonly from_staff: number
  readonly body: string
  readonly reference: string | null
  readonly created: string
}

const isStaff = (user: User) => user.roles.includes('staff')
const ticketColumns = 'id, reference, user_id, order_id, subject, status, urgent, created, updated'

const show = (row: TicketRow, time: ShowTime) => ({
  ...row,
  status: ticketStatuses[row.status] ?? 'open',
  urgent: row.urgent === 'Y',
  created: time(row.created),
  updated: time(row.updated),
})
const showMessage = (row: MessageRow, time: ShowTime) => ({
  ...row,
  from_staff: row.from_staff === 1,
  created: time(row.created),
})
export type Ticket = ReturnType<typeof show>
export type Message = ReturnType<typeof showMessage>

/** An order the customer may write about: one of their own, for staff any. */
export async function ownOrder(sql: Sql, body: Body, user: User): Promise<number | null> {
  if (body.order_id === undefined || body.order_id === null) return null
  const id = whole(body, 'order_id', 1, 2_147_483_647)
  const rows = await sql.query<{ user_id: number }>('SELECT user_id FROM orders WHERE id = ?', [id])
  if (!rows[0] || (rows[0].user_id !== user.id && !isStaff(user))) {
    throw invalid('order_id', 'there is no such order')
  }
  return id
}

/** A customer sees their own tickets, staff all of them, newest first. */
export async function ticketsOf(sql: Sql, time: ShowTime, user: User, limit = 50) {
  const mine = isStaff(user) ? '' : 'WHERE user_id = ?'
  const rows = await sql.query<TicketRow>(
    `SELECT ${ticketColumns} FROM tickets ${mine} ORDER BY id DESC LIMIT ?`,
    isStaff(user) ? [limit] : [user.id, limit],
  )
  return rows.map((row) => show(row, time))
}

export async function findTicket(sql: Sql, time: ShowTime, id: number, user: User) {
  const rows = await sql.query<TicketRow>(`SELECT ${ticketColumns} FROM tickets WHERE id = ?`, [id])
  const row = rows[0]
  if (!row || (row.user_id !== user.id && !isStaff(user))) throw notFound('ticket')
  const messages = await sql.query<MessageRow>(
    `SELECT id, user_id, from_staff, body, reference, created FROM ticket_messages
     WHERE ticket_id = ? ORDER BY id`,
    [id],
  )
  return { ...show(row, time), messages: messages.map((message) => showMessage(message, time)) }
}

export async function openTicket(db: Database, user: User, body: Body): Promise<Inserted> {
  onlyFields(body, ['subject', 'body', 'order_id', 'urgent', 'reference'])
  const subject = text(body, 'subject', 200)
  const message = text(body, 'body', 10_000)
  const urgent = body.urgent !== undefined && truth(body, 'urgent') ? 'Y' : 'N'
  const reference = optionalReference(body)
  const order = await ownOrder(db, body, user)
  return insertOnce(db, 'tickets', reference, user.id, () =>
    db.transaction(async (sql) => {
      const { insertId } = await sql.run(
        `INSERT INTO tickets (reference, user_id, order_id, subject, urgent, created, updated)
         VALUES (?, ?, ?, ?, ?, NOW(), NOW())`,
        [reference, user.id, order, subject, urgent],
      )
      await sql.run(
        `INSERT INTO ticket_messages (ticket_id, user_id, from_staff, body, created)
         VALUES (?, ?, ?, ?, NOW())`,
        [insertId, user.id, isStaff(user) ? 1 : 0, message],
      )
      return insertId
    }),
  )
}

export async function addMessage(
  db: Database,
  time: ShowTime,
  ticketId: number,
  user: User,
  body: Body,
): Promise<Inserted> {
  onlyFields(body, ['body', 'reference'])
  const message = text(body, 'body', 10_000)
  const reference = optionalReference(body)
  await findTicket(db, time, ticketId, user)
  return insertOnce(db, 'ticket_messages', reference, user.id, () =>
    db.transaction(async (sql) => {
      const { insertId } = await sql.run(
        `INSERT INTO ticket_messages (ticket_id, user_id, reference, from_staff, body, created)
         VALUES (?, ?, ?, ?, ?, NOW())`,
        [ticketId, user.id, reference, isStaff(user) ? 1 : 0, message],
      )
      await sql.run('UPDATE tickets SET status = ?, updated = NOW() WHERE id = ?', [
        isStaff(user) ? 1 : 0,
        ticketId,
      ])
      return insertId
    }),
  )
}

/**
 * Staff delete a ticket, say after a request to forget; its messages go with it, whether the schema
 * cascades or not.
 */
export async function deleteTicket(db: Database, id: number): Promise<void> {
  await db.transaction(async (sql) => {
    await sql.run('DELETE FROM ticket_messages WHERE ticket_id = ?', [id])
    const { affectedRows } = await sql.run('DELETE FROM tickets WHERE id = ?', [id])
    if (affectedRows === 0) throw notFound('ticket')
  })
}
