/**
 * A case as an agent sees it: what was said, who the customer is and what they ordered. The neighbours
 * are asked live and at once; one that is away leaves a gap with a name.
 *
 * @module
 */
import type { Database } from '@bookshop/kit/database'
import type { CaseKey, Kind } from '../events.ts'
import { type Missing, missingIn } from '../neighbours/missing.ts'
import type { Order } from '../neighbours/orders.ts'
import type { Support } from '../support.ts'
import { messagesOf } from '../tickets/shape.ts'
import { findCase, showCase } from './cases.ts'

type Row = Readonly<Record<string, unknown>>

/** The words of the case and its fields, by kind. A query's words are its messages. */
const particulars: Readonly<
  Record<
    Kind,
    { readonly table: string; readonly words?: string; readonly fields: readonly string[] }
  >
> = {
  query: { table: 'ticket', fields: [] },
  complaint: { table: 'complaint', words: 'body', fields: [] },
  return: { table: 'return_request', words: 'reason', fields: ['line', 'quantity', 'status'] },
  feedback: { table: 'feedback', words: 'body', fields: ['rating', 'book_id'] },
}

async function particularsOf(database: Database, { kind, id }: CaseKey) {
  const { table, words, fields } = particulars[kind]
  const columns = words === undefined ? fields : [words, ...fields]
  if (columns.length === 0) return { words: null, details: {} }
  const row: Row =
    (await database(table)
      .where({ id })
      .first(...columns)) ?? {}
  return {
    words: words === undefined ? null : row[words],
    details: Object.fromEntries(fields.map((field) => [field, row[field]])),
  }
}

async function claimOn(database: Database, { kind, id }: CaseKey): Promise<number | null> {
  const claim = await database('order_claim')
    .where({ kind, case_id: id })
    .first<{ order_id: number } | undefined>('order_id')
  return claim?.order_id ?? null
}

interface BotRow {
  readonly question: string
  readonly topic: string | null
  readonly answer: string | null
}

async function botOn(database: Database, ticketId: number): Promise<BotRow | null> {
  const row = await database('bot_question')
    .where({ ticket_id: ticketId })
    .first<BotRow | undefined>('question', 'topic', 'answer')
  return row ?? null
}

/** Card and address are two questions: one may be answered without the other. */
async function customerOf({ users }: Support, id: number, missing: Missing) {
  const [card, contact] = await Promise.all([
    missing.ask('users', () => users.card(id)),
    missing.ask('users', () => users.contact(id)),
  ])
  const known = card ?? contact
  if (known === null) return null
  return {
    id,
    name: known.name,
    email: contact?.email ?? null,
    active: card?.active ?? true,
  }
}

const showOrder = ({ id, reference, status, total, created, lines }: Order) => ({
  id,
  reference,
  status,
  total,
  created,
  items: lines.map(({ line, bookId, title, quantity }) => ({
    line,
    book_id: bookId,
    title,
    quantity,
  })),
})

export async function viewCase(support: Support, key: CaseKey) {
  const { database, show, orders } = support
  const row = await findCase(database, key)
  const { user_id: userId, ticket_id: ticketId } = row
  const missing = missingIn(support)
  const [parts, claimed, messages, bot, customer, history] = await Promise.all([
    particularsOf(database, key),
    claimOn(database, key),
    ticketId === null ? [] : messagesOf(database, ticketId, show),
    ticketId === null ? null : botOn(database, ticketId),
    userId === null ? null : customerOf(support, userId, missing),
    userId === null ? [] : missing.ask('orders', () => orders.of(userId)),
  ])
  return {
    ...showCase(key.kind, row, show),
    ...parts,
    claimed_order_id: claimed,
    messages,
    bot,
    customer,
    orders: history?.map(showOrder) ?? null,
    missing: missing.names,
  }
}
