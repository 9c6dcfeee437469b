/**
 * One cart per account.
 *
 * @module
 */
import type { Database, Sql } from '../database.ts'
import { notFound } from '../errors.ts'
import { type Body, onlyFields, whole } from '../input.ts'
import { cents, money } from '../money.ts'

export interface CartLine {
  readonly book_id: number
  readonly title: string
  readonly author: string
  readonly price: string
  readonly stock: number
  readonly quantity: number
  readonly line_total: string
}
export interface Cart {
  readonly items: readonly CartLine[]
  readonly total: string
}
export const mostOfOneBook = 99

/** What is in the cart; a book that has left the shop has left the cart too. */
export async function cartOf(sql: Sql, userId: number): Promise<Cart> {
  const rows = await sql.query<Omit<CartLine, 'line_total'>>(
    `SELECT i.book_id, b.title, b.author, b.price, b.stock, i.quantity
     FROM carts c JOIN cart_items i ON i.cart_id = c.id JOIN books b ON b.id = i.book_id
     WHERE c.user_id = ? ORDER BY i.added, i.book_id`,
    [userId],
  )
  let total = 0n
  const items = rows.map((row) => {
    const line = cents(row.price) * BigInt(row.quantity)
    total += line
    return { ...row, line_total: money(line) }
  })
  return { items, total: money(total) }
}

export async function cartCount(sql: Sql, userId: number): Promise<number> {
  const rows = await sql.query<{ count: number }>(
    `SELECT COALESCE(SUM(i.quantity), 0) + 0 AS count
     FROM carts c JOIN cart_items i ON i.cart_id = c.id WHERE c.user_id = ?`,
    [userId],
  )
  return Number(rows[0]?.count ?? 0)
}

async function cartId(sql: Sql, userId: number): Promise<number> {
  const rows = await sql.query<{ id: number }>('SELECT id FROM carts WHERE user_id = ?', [userId])
  if (rows[0]) return rows[0].id
  const { insertId } = await sql.run(
    `INSERT INTO carts (user_id, created, updated) VALUES (?, NOW(), NOW())
     ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(id)`,
    [userId],
  )
  return insertId
}

export async function addToCart(db: Database, userId: number, body: Body): Promise<Cart> {
  onlyFields(body, ['book_id', 'quantity', 'reference'])
  const bookId = whole(body, 'book_id', 1, 4_294_967_295)
  const quantity = body.quantity === undefined ? 1 : whole(body, 'quantity', 1, mostOfOneBook)
  const books = await db.query('SELECT id FROM books WHERE id = ?', [bookId])
  if (books.length === 0) throw notFound('book', { book_id: bookId })
  const cart = await cartId(db, userId)
  await db.run(
    `INSERT INTO cart_items (cart_id, book_id, quantity, added) VALUES (?, ?, ?, NOW())
     ON DUPLICATE KEY UPDATE quantity = LEAST(quantity + VALUES(quantity), ${mostOfOneBook})`,
    [cart, bookId, quantity],
  )
  return cartOf(db, userId)
}

/** Sets how many; 0 takes the book out. */
export async function setInCart(
  db: Database,
  userId: number,
  bookId: number,
  body: Body,
): Promise<Cart> {
  onlyFields(body, ['quantity', 'reference'])
  const quantity = whole(body, 'quantity', 0, mostOfOneBook)
  if (quantity === 0) return removeFromCart(db, userId, bookId)
  const cart = await cartId(db, userId)
  const there = await db.query('SELECT 1 FROM cart_items WHERE cart_id = ? AND book_id = ?', [
    cart,
    bookId,
  ])
  if (there.length === 0) throw notFound('book in the cart', { book_id: bookId })
  await db.run('UPDATE cart_items SET quantity = ? WHERE cart_id = ? AND book_id = ?', [
    quantity,
    cart,
    bookId,
  ])
  return cartOf(db, userId)
}

export async function removeFromCart(db: Database, userId: number, bookId: number): Promise<Cart> {
  const cart = await cartId(db, userId)
  await db.run('DELETE FROM cart_items WHERE cart_id = ? AND book_id = ?', [cart, bookId])
  return cartOf(db, userId)
}

export async function emptyCart(db: Database, userId: number): Promise<Cart> {
  const cart = await cartId(db, userId)
  await db.run('DELETE FROM cart_items WHERE cart_id = ?', [cart])
  return cartOf(db, userId)
}
