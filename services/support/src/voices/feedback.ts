/**
 * Feedback: a rating, about a book or about the shop.
 *
 * @module
 */

import { type Body, optionalReference, optionalText, whole } from '@bookshop/kit/input'
import { utcText } from '@bookshop/kit/instants'
import type { Caller } from '../caller.ts'
import { notFound } from '../errors.ts'
import { announce } from '../events.ts'
import type { Missing } from '../neighbours/missing.ts'
import { type Inserted, insertOnce } from '../repeat.ts'
import type { Support } from '../support.ts'

const shown = 10

export async function giveFeedback(
  { database, books, now }: Support,
  caller: Caller,
  body: Body,
  missing: Missing,
): Promise<Inserted> {
  const rating = whole(body, 'rating', 1, 5)
  const words = optionalText(body, 'body', 10_000)
  const reference = optionalReference(body)
  let book: number | null = null
  if (body.book_id !== undefined && body.book_id !== null) {
    const id = whole(body, 'book_id', 1, 4_294_967_295)
    // A book that cannot be looked up is taken as given: nothing hangs on it.
    const found = await missing.ask('catalog', () => books.has(id))
    if (found === false) throw notFound('book', { book_id: id })
    book = id
  }
  return insertOnce(database, 'feedback', reference, caller.id, async (transaction) => {
    const [id = 0] = await transaction('feedback').insert({
      reference,
      user_id: caller.id,
      book_id: book,
      rating,
      body: words,
      created_at: utcText(now()),
    })
    await announce(transaction, 'ticket.opened', {
      kind: 'feedback',
      id,
      userId: caller.id,
      ticketId: null,
      agentId: null,
      byId: caller.id,
      fromStaff: false,
    })
    return id
  })
}

interface FeedbackRow {
  readonly user_id: number | null
  readonly rating: number
  readonly body: string | null
}

/** What the latest ten readers say about a book. A name is null when its owner is not to be found. */
export async function feedbackOnBook(
  { database, users }: Support,
  bookId: number,
  missing: Missing,
) {
  const rows: FeedbackRow[] = await database('feedback')
    .where({ book_id: bookId })
    .orderBy('id', 'desc')
    .limit(shown)
    .select('user_id', 'rating', 'body')
  const ids = [...new Set(rows.flatMap(({ user_id }) => (user_id === null ? [] : [user_id])))]
  const cards = await Promise.all(ids.map((id) => missing.ask('users', () => users.card(id))))
  const names = new Map(cards.flatMap((card) => (card ? [[card.id, card.name] as const] : [])))
  return rows.map(({ user_id, rating, body }) => ({
    rating,
    body,
    name: user_id === null ? null : (names.get(user_id) ?? null),
  }))
}
