/**
 * Returns, complaints and feedback.
 *
 * @module
 */
import type { User } from '../accounts/sessions.ts'
import type { Database } from '../database.ts'
import { invalid, notFound } from '../errors.ts'
import { type Body, onlyFields, optionalReference, optionalText, text, whole } from '../input.ts'
import type { ShowTime } from '../localTime.ts'
import { type Inserted, insertOnce } from './repeat.ts'
import { ownOrder } from './tickets.ts'

const returnStatuses = ['asked', 'accepted', 'refused', 'refunded'] as const

export async function askReturn(db: Database, user: User, body: Body): Promise<Inserted> {
  onlyFields(body, ['order_id', 'line', 'quantity', 'reason', 'reference'])
  const line = whole(body, 'line', 1, 1000)
  const quantity = whole(body, 'quantity', 1, 999)
  const reason = text(body, 'reason', 500)
  const reference = optionalReference(body)
  const order = await ownOrder(db, body, user)
  if (order === null) throw invalid('order_id', 'the order that the book came with')
  const items = await db.query<{ quantity: number }>(
    'SELECT quantity FROM order_items WHERE order_id = ? AND line = ?',
    [order, line],
  )
  if (!items[0]) throw invalid('line', 'the order has no such line')
  if (quantity > items[0].quantity) throw invalid('quantity', 'more than were bought')
  return insertOnce(db, 'returns', reference, user.id, async () => {
    const done = await db.run(
      `INSERT INTO returns (reference, user_id, order_id, line, quantity, reason, created)
       VALUES (?, ?, ?, ?, ?, ?, NOW())`,
      [reference, user.id, order, line, quantity, reason],
    )
    return done.insertId
  })
}

export async function returnsOf(db: Database, time: ShowTime, userId: number) {
  const rows = await db.query<{
    id: number
    reference: string | null
    order_id: number
    line: number
    quantity: number
    reason: string
    status: number
    created: string
  }>(
    `SELECT id, reference, order_id, line, quantity, reason, status, created FROM returns
     WHERE user_id = ? ORDER BY id DESC LIMIT 50`,
    [userId],
  )
  return rows.map((row) => ({
    ...row,
    status: returnStatuses[row.status] ?? 'asked',
    created: time(row.created),
  }))
}

export async function complain(db: Database, user: User, body: Body): Promise<Inserted> {
  onlyFields(body, ['body', 'order_id', 'reference'])
  const words = text(body, 'body', 10_000)
  const reference = optionalReference(body)
  const order = await ownOrder(db, body, user)
  return insertOnce(db, 'complaints', reference, user.id, async () => {
    const done = await db.run(
      'INSERT INTO complaints (reference, user_id, order_id, body, created) VALUES (?, ?, ?, ?, NOW())',
      [reference, user.id, order, words],
    )
    return done.insertId
  })
}

export async function giveFeedback(db: Database, user: User, body: Body): Promise<Inserted> {
  onlyFields(body, ['rating', 'body', 'book_id', 'reference'])
  const rating = whole(body, 'rating', 1, 5)
  const words = optionalText(body, 'body', 10_000)
  const reference = optionalReference(body)
  let book: number | null = null
  if (body.book_id !== undefined && body.book_id !== null) {
    book = whole(body, 'book_id', 1, 4_294_967_295)
    const books = await db.query('SELECT id FROM books WHERE id = ?', [book])
    if (books.length === 0) throw notFound('book', { book_id: book })
  }
  return insertOnce(db, 'feedback', reference, user.id, async () => {
    const done = await db.run(
      `INSERT INTO feedback (reference, user_id, book_id, rating, body, created)
       VALUES (?, ?, ?, ?, ?, NOW())`,
      [reference, user.id, book, rating, words],
    )
    return done.insertId
  })
}

export interface BookFeedback {
  readonly rating: number
  readonly body: string | null
  readonly name: string | null
}

/** What customers say about a book, for its page. */
export async function feedbackOf(db: Database, bookId: number): Promise<readonly BookFeedback[]> {
  return db.query<BookFeedback>(
    `SELECT f.rating, f.body, u.name FROM feedback f LEFT JOIN users u ON u.id = f.user_id
     WHERE f.book_id = ? ORDER BY f.id DESC LIMIT 10`,
    [bookId],
  )
}
