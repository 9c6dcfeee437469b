/**
 * A book as a row and as the API shows it.
 *
 * @module
 */
import type { Sql } from '../database.ts'
import { notFound } from '../errors.ts'
import type { ShowTime } from '../localTime.ts'

export interface BookRow {
  readonly id: number
  readonly isbn: string | null
  readonly title: string
  readonly author: string
  readonly description: string | null
  readonly category_id: number | null
  readonly price: string
  readonly status: string
  readonly stock: number
  readonly low_stock: number
  readonly is_featured: number
  readonly attributes: string | null
  readonly published: string | null
  readonly weight_g: number | null
  readonly cover_url: string | null
  readonly created: string
  readonly updated: string
}

export const bookColumns = `b.id, b.isbn, b.title, b.author, b.description, b.category_id, b.price,
  b.status, b.stock, b.low_stock, b.is_featured, b.attributes, b.published, b.weight_g, b.cover_url,
  b.created, b.updated`

export function showBook(row: BookRow, showTime: ShowTime) {
  return {
    id: row.id,
    isbn: row.isbn,
    title: row.title,
    author: row.author,
    description: row.description,
    category_id: row.category_id,
    price: row.price,
    status: row.status,
    stock: row.stock,
    low_stock: row.low_stock,
    featured: row.is_featured === 1,
    attributes: JSON.parse(row.attributes ?? '{}') as unknown,
    published: row.published,
    weight_g: row.weight_g,
    cover_url: row.cover_url,
    created: showTime(row.created),
    updated: showTime(row.updated),
  }
}
export type Book = ReturnType<typeof showBook>

export async function findBook(sql: Sql, id: number): Promise<BookRow> {
  const rows = await sql.query<BookRow>(`SELECT ${bookColumns} FROM books b WHERE b.id = ?`, [id])
  if (!rows[0]) throw notFound('book', { book_id: id })
  return rows[0]
}

export async function findStock(sql: Sql, id: number) {
  const rows = await sql.query<{ stock: number }>('SELECT stock FROM books WHERE id = ?', [id])
  if (!rows[0]) throw notFound('book', { book_id: id })
  return { book_id: id, stock: rows[0].stock, available: rows[0].stock > 0 }
}

export async function priceHistory(sql: Sql, id: number, showTime: ShowTime) {
  await findStock(sql, id)
  const rows = await sql.query<{
    id: number
    old_price: string
    new_price: string
    reference: string | null
    changed_by: number | null
    changed: string
  }>(
    `SELECT id, old_price, new_price, reference, changed_by, changed FROM price_changes
     WHERE book_id = ? ORDER BY id DESC LIMIT 100`,
    [id],
  )
  return {
    book_id: id,
    items: rows.map((row) => ({ ...row, changed: showTime(row.changed) })),
  }
}
