/**
 * The rows of a new order. Written inside the transaction of whoever takes care of the stock.
 *
 * @module
 */
import type { Sql } from '../database.ts'
import { conflict } from '../errors.ts'
import type { OrderRequest } from './orderInput.ts'
import { totals } from './orderInput.ts'

export interface OrderLine {
  readonly bookId: number
  readonly title: string
  readonly price: string
  readonly quantity: number
}

export interface CartQuantity {
  readonly book_id: number
  readonly quantity: number
}

export const cartIsEmpty = () => conflict('cart_empty', 'there is nothing in the cart')

/** The cart's books by id; locked, so that two checkouts of one cart come one after the other. */
export async function lockCart(sql: Sql, userId: number): Promise<readonly CartQuantity[]> {
  const carts = await sql.query<{ id: number }>(
    'SELECT id FROM carts WHERE user_id = ? FOR UPDATE',
    [userId],
  )
  if (!carts[0]) return []
  return sql.query<CartQuantity>(
    'SELECT book_id, quantity FROM cart_items WHERE cart_id = ? ORDER BY book_id FOR UPDATE',
    [carts[0].id],
  )
}

export async function writeOrder(
  sql: Sql,
  userId: number,
  request: OrderRequest,
  lines: readonly OrderLine[],
  stockState: number,
): Promise<number> {
  const { shipping, payment } = request
  const sums = totals(lines, shipping.method)
  const paid = payment.method === 'card'
  const status = paid ? 1 : 0
  const { insertId } = await sql.run(
    `INSERT INTO orders (reference, user_id, status, stock_state, items_total, shipping_cost, total,
       payment_method, payment_status, payment_reference, card_last4, paid,
       ship_name, ship_street, ship_city, ship_postcode, ship_country, ship_phone, shipping_method,
       gift, note, created, updated)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ${paid ? 'NOW()' : 'NULL'}, ?, ?, ?, ?, ?, ?, ?, ?, ?, NOW(), NOW())`,
    [
      request.reference,
      userId,
      status,
      stockState,
      sums.items,
      sums.shipping,
      sums.total,
      payment.method,
      paid ? 1 : 0,
      paid ? `pay-${request.reference}`.slice(0, 64) : null,
      payment.cardLast4,
      shipping.name,
      shipping.street,
      shipping.city,
      shipping.postcode,
      shipping.country,
      shipping.phone,
      shipping.method,
      request.gift ? 'Y' : 'N',
      request.note,
    ],
  )
  await sql.run(
    `INSERT INTO order_items (order_id, line, book_id, title, quantity, price)
     VALUES ${lines.map(() => '(?, ?, ?, ?, ?, ?)').join(', ')}`,
    lines.flatMap((line, index) => [
      insertId,
      index + 1,
      line.bookId,
      line.title,
      line.quantity,
      line.price,
    ]),
  )
  await sql.run(
    'INSERT INTO order_events (order_id, status, detail, by_user, created) VALUES (?, ?, ?, ?, NOW())',
    [insertId, status, paid ? 'paid by card' : null, userId],
  )
  return insertId
}

/** Takes the ordered books out of the cart; what was added meanwhile stays. */
export async function clearOrdered(
  sql: Sql,
  userId: number,
  lines: readonly OrderLine[],
): Promise<void> {
  await sql.run(
    `DELETE i FROM cart_items i JOIN carts c ON c.id = i.cart_id
     WHERE c.user_id = ? AND i.book_id IN (${lines.map(() => '?').join(', ')})`,
    [userId, ...lines.map((line) => line.bookId)],
  )
}
