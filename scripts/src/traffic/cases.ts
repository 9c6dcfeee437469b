/**
 * Tickets, messages, returns, complaints and feedback through the API. None of them names a reference
 * to the shop, so one that is made twice is there twice.
 *
 * @module
 */
import type { WriteKind } from './ledger.ts'
import { type OwnTicket, remember, type Session } from './session.ts'
import { json } from './shopper.ts'

export async function openTicket(session: Session): Promise<void> {
  const { shopper, tickets, orders } = session
  const { ledger, tally, random } = shopper.ports
  const subject = shopper.reference('ticket')
  const write = ledger.open({ reference: subject, kind: 'ticket', at: tally.now() })
  const order = random.below(2) === 0 ? orders.at(-1) : undefined
  const answer = await shopper.ask(
    {
      method: 'POST',
      path: '/api/tickets',
      json: {
        subject,
        body: 'Where is my parcel? ¿Dónde está mi paquete? 📦',
        ...(order === undefined ? {} : { order_id: order.id }),
      },
    },
    { expect: [201], write, domainWrite: true },
  )
  if (answer === undefined) return
  remember(tickets, { id: Number(json(answer).id), words: [subject] })
}

export async function writeMessage(session: Session): Promise<void> {
  const ticket = session.tickets.at(-1)
  if (ticket === undefined) return openTicket(session)
  await say(session, ticket)
  await readOwnTicket(session)
}

/** Staff answer tickets of others: they remember nothing of them. */
export const answerTicket = (session: Session, ticketId: number): Promise<void> =>
  say(session, { id: ticketId, words: [] })

async function say({ shopper }: Session, ticket: OwnTicket): Promise<void> {
  const { ledger, tally } = shopper.ports
  const body = shopper.reference('message')
  const write = ledger.open({ reference: body, kind: 'message', at: tally.now() })
  const answer = await shopper.ask(
    { method: 'POST', path: `/api/tickets/${ticket.id}/messages`, json: { body } },
    { expect: [201], write, domainWrite: true },
  )
  if (answer !== undefined) ticket.words.push(body)
}

/** The list or the ticket itself. */
export async function readOwnTicket({ shopper, tickets }: Session): Promise<void> {
  const { tally, random } = shopper.ports
  const ticket = tickets.at(-1)
  if (ticket === undefined) return
  tally.ownRead('support')
  if (random.below(4) === 0) {
    const answer = await shopper.ask({ method: 'GET', path: '/api/tickets' })
    if (answer === undefined) return
    const { items = [] } = json(answer) as { items?: readonly { id?: unknown }[] }
    if (!items.some(({ id }) => id === ticket.id)) {
      tally.stale(`${shopper.name}: the list does not know ticket ${ticket.id}`, 'support')
    }
    return
  }
  const answer = await shopper.ask(
    { method: 'GET', path: `/api/tickets/${ticket.id}` },
    { expect: [200, 404] },
  )
  if (answer === undefined) return
  const missing = ticket.words.filter((words) => !answer.body.includes(`"${words}"`))
  if (missing.length > 0) {
    tally.stale(`${shopper.name}: ticket ${ticket.id} lacks ${missing.join(', ')}`, 'support')
  }
}

async function send(
  { shopper }: Session,
  kind: WriteKind,
  path: string,
  field: string,
  more: Readonly<Record<string, unknown>>,
): Promise<string | undefined> {
  const { ledger, tally } = shopper.ports
  const reference = shopper.reference(kind)
  const write = ledger.open({ reference, kind, at: tally.now() })
  const answer = await shopper.ask(
    { method: 'POST', path, json: { ...more, [field]: reference } },
    { expect: [201], write, domainWrite: true },
  )
  return answer === undefined ? undefined : reference
}

export async function complain(session: Session): Promise<void> {
  const order = session.orders.at(-1)
  const about = order === undefined ? {} : { order_id: order.id }
  await send(session, 'complaint', '/api/complaints', 'body', about)
}

export async function giveFeedback(session: Session): Promise<void> {
  const rating = 1 + session.shopper.ports.random.below(5)
  const about = { rating, book_id: session.book.id }
  await send(session, 'feedback', '/api/feedback', 'body', about)
}

/** Asks to return the first book of an order, and looks for it among the returns. */
export async function askReturn(session: Session): Promise<void> {
  const { shopper, orders } = session
  const { tally } = shopper.ports
  const order = orders.at(-1)
  if (order === undefined) return
  const about = { order_id: order.id, line: 1, quantity: 1 }
  const reason = await send(session, 'return', '/api/returns', 'reason', about)
  if (reason === undefined) return
  tally.ownRead('support')
  const answer = await shopper.ask({ method: 'GET', path: '/api/returns' })
  if (answer !== undefined && !answer.body.includes(`"${reason}"`)) {
    tally.stale(`${shopper.name}: the returns lack ${reason}`, 'support')
  }
}
