/**
 * What everybody who changes stock does: lock the books in the order of their ids, then write the
 * movement beside the change. One order of locks for all keeps deadlocks rare.
 *
 * @module
 */
import { marks, type Sql } from '../database.ts'
import { notFound } from '../errors.ts'

export const reasons = { sale: 1, release: 2, restock: 3, adjustment: 4, expiry: 5 } as const

export interface Shelved {
  readonly id: number
  readonly title: string
  readonly price: string
  readonly stock: number
  readonly sold: number
}

/** The books, locked. A missing one is missing in the map. */
export async function lockBooks(
  sql: Sql,
  ids: readonly number[],
): Promise<ReadonlyMap<number, Shelved>> {
  if (ids.length === 0) return new Map()
  const rows = await sql.query<Shelved>(
    `SELECT id, title, price, stock, sold FROM books WHERE id IN (${marks(ids)}) ORDER BY id FOR UPDATE`,
    ids,
  )
  return new Map(rows.map((row) => [row.id, row]))
}

export async function lockBook(sql: Sql, id: number): Promise<Shelved> {
  const book = (await lockBooks(sql, [id])).get(id)
  if (!book) throw notFound('book', { book_id: id })
  return book
}

export async function moveStock(
  sql: Sql,
  bookId: number,
  delta: number,
  reason: number,
  reference: string,
): Promise<void> {
  await sql.run('UPDATE books SET stock = stock + ?, updated = NOW() WHERE id = ?', [delta, bookId])
  await sql.run(
    `INSERT INTO stock_movements (book_id, delta, reason, reference, created)
     VALUES (?, ?, ?, ?, NOW())`,
    [bookId, delta, reason, reference],
  )
}
