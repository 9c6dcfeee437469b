/**
 * Checkout: the cart becomes an order, in one of two ways that one setting chooses.
 *
 * Branch by abstraction: both ways offer `place`, and the setting is read at each checkout, so the
 * shop can be moved from one to the other, and back, while customers are buying. A reference that
 * has been used answers with the order it made.
 *
 * @module
 */
import type { Shop } from '../context.ts'
import { conflict } from '../errors.ts'
import type { Body } from '../input.ts'
import { type StockWay, stockWay } from '../settings.ts'
import { type OrderRequest, orderRequest } from './orderInput.ts'
import { type Order, orderByReference } from './orders.ts'
import { placeByReservation } from './stockByReservation.ts'
import { placeInTransaction } from './stockInTransaction.ts'
import { cartIsEmpty } from './writeOrder.ts'

/** Writes the order, or throws; a reference that exists by now is not an error. */
export type Place = (shop: Shop, userId: number, request: OrderRequest) => Promise<void>

const ways: Readonly<Record<StockWay, Place>> = {
  transaction: placeInTransaction,
  reservations: placeByReservation,
}

async function existing(shop: Shop, userId: number, reference: string): Promise<Order | null> {
  const order = await orderByReference(shop.db, shop.showTime, reference)
  if (order && order.user_id !== userId) {
    throw conflict('reference_reused', 'this reference belongs to another order')
  }
  return order
}

export async function checkout(
  shop: Shop,
  userId: number,
  body: Body,
): Promise<{ readonly created: boolean; readonly order: Order }> {
  const request = orderRequest(body)
  const known = await existing(shop, userId, request.reference)
  if (known) return { created: false, order: known }
  try {
    await ways[await stockWay(shop.db)](shop, userId, request)
  } catch (error) {
    // A repeat may fail, say on the cart that its twin has just emptied, and still have its order.
    const twin = await existing(shop, userId, request.reference)
    if (twin) return { created: false, order: twin }
    throw error
  }
  const order = await existing(shop, userId, request.reference)
  if (!order) throw cartIsEmpty()
  return { created: true, order }
}
