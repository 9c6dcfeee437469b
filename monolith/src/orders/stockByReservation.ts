/**
 * The new way: the catalogue puts the copies aside, then the order is written, then the
 * reservation is confirmed. No transaction is open while the catalogue is asked, and the order's
 * transaction writes no table of the catalogue.
 *
 * A row in `checkouts` says that a reservation may exist for which there is no order yet. The
 * order's transaction takes it away; whoever finds it old takes it over and cancels (recovery.ts).
 * The two compete for the row, so an order is never written on a reservation given up.
 *
 * @module
 */
import { type BookRow, bookColumns } from '../catalog/book.ts'
import { outOfStock } from '../catalog/reservations.ts'
import type { Shop } from '../context.ts'
import { marks, sqlErrno } from '../database.ts'
import { conflict, ShopError } from '../errors.ts'
import { log } from '../log.ts'
import type { Place } from './checkout.ts'
import { stockReserved } from './codes.ts'
import type { OrderRequest } from './orderInput.ts'
import { abandon } from './recovery.ts'
import { settleStock } from './reservedStock.ts'
import {
  type CartQuantity,
  cartIsEmpty,
  clearOrdered,
  type OrderLine,
  writeOrder,
} from './writeOrder.ts'

const duplicate = 1062

async function readCart({ db }: Shop, userId: number): Promise<readonly OrderLine[]> {
  const cart = await db.query<CartQuantity>(
    `SELECT i.book_id, i.quantity FROM carts c JOIN cart_items i ON i.cart_id = c.id
     WHERE c.user_id = ? ORDER BY i.book_id`,
    [userId],
  )
  if (cart.length === 0) throw cartIsEmpty()
  const books = await db.query<BookRow>(
    `SELECT ${bookColumns} FROM books b WHERE b.id IN (${marks(cart)})`,
    cart.map((line) => line.book_id),
  )
  return cart.map((line) => {
    const book = books.find((each) => each.id === line.book_id)
    if (!book) throw outOfStock(line.book_id)
    return { bookId: book.id, title: book.title, price: book.price, quantity: line.quantity }
  })
}

/** False when the same checkout is on its way elsewhere. */
async function openIntent({ db }: Shop, userId: number, reference: string): Promise<boolean> {
  try {
    await db.run(
      'INSERT INTO checkouts (reference, user_id, state, created) VALUES (?, ?, 0, NOW())',
      [reference, userId],
    )
    return true
  } catch (error) {
    if (sqlErrno(error) === duplicate) return false
    throw error
  }
}

const running = () =>
  new ShopError(503, 'checkout_running', 'this checkout is on its way; ask for the order again')

async function orderExists({ db }: Shop, reference: string): Promise<boolean> {
  return (await db.query('SELECT 1 FROM orders WHERE reference = ?', [reference])).length > 0
}

async function reserve(shop: Shop, request: OrderRequest, lines: readonly OrderLine[]) {
  const items = lines.map((line) => ({ book_id: line.bookId, quantity: line.quantity }))
  const state = await shop.catalog.reserve(request.reference, items)
  if (state !== 'reserved') {
    throw conflict(`reservation_${state}`, `the reservation of this reference is ${state}`)
  }
}

async function write(
  shop: Shop,
  userId: number,
  request: OrderRequest,
  lines: readonly OrderLine[],
) {
  await shop.db.transaction(async (sql) => {
    const taken = await sql.run('DELETE FROM checkouts WHERE reference = ? AND state = 0', [
      request.reference,
    ])
    if (taken.affectedRows !== 1) {
      throw new ShopError(503, 'checkout_too_slow', 'this checkout was given up; begin a new one')
    }
    await writeOrder(sql, userId, request, lines, stockReserved)
    await clearOrdered(sql, userId, lines)
  })
}

export const placeByReservation: Place = async (shop, userId, request) => {
  const lines = await readCart(shop, userId)
  for (const start = Date.now(); !(await openIntent(shop, userId, request.reference)); ) {
    // The same checkout is on its way in another request: its end is this one's end too.
    if (await orderExists(shop, request.reference)) return
    if (Date.now() - start > shop.config.checkoutLimitMs) throw running()
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  try {
    // It may have ended between the caller's look and our intent.
    if (await orderExists(shop, request.reference)) return await abandon(shop, request.reference)
    await reserve(shop, request, lines)
    await write(shop, userId, request, lines)
  } catch (error) {
    // Known or unknown, the reservation is not wanted any more; what fails now is tried again later.
    await abandon(shop, request.reference).catch((failure: unknown) =>
      log('warn', 'checkout.abandon.later', {
        reference: request.reference,
        error: String(failure),
      }),
    )
    throw error
  }
  await settleStock(shop, request.reference).catch((failure: unknown) =>
    log('warn', 'checkout.confirm.later', { reference: request.reference, error: String(failure) }),
  )
}
