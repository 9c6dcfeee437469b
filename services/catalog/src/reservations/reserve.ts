/**
 * Reserve: takes the stock of every book of an order, or of none.
 *
 * The order's reference is the key: whoever repeats the call, because the answer was lost, gets the
 * reservation as it stands. Two first calls at once meet at the primary key; the loser reads what the
 * winner wrote.
 *
 * @module
 */

import { type Database, inTransaction, isDuplicate, type Transaction } from '@bookshop/kit/database'
import { ApiError, invalid } from '@bookshop/kit/errors'
import { type Body, requiredReference, whole } from '@bookshop/kit/input'
import { utcText } from '@bookshop/kit/instants'
import { noSuchBook } from '../books/shape.ts'
import { lockInventory, moveStock } from '../stock.ts'
import { type ReservationLine, readLines } from './shape.ts'

interface ReserveOrder {
  readonly orderRef: string
  /** Each book once, by id. */
  readonly items: readonly { readonly book_id: number; readonly quantity: number }[]
  readonly ttlSeconds: number
}

/** Seconds until the stock is given back when nobody confirms: a quarter of an hour. */
const usualTtl = 900

function readOrder(body: Body): ReserveOrder {
  // The document asks for 1 to 100 objects.
  const items = (body.items as readonly Body[])
    .map((item) => ({
      book_id: whole(item, 'book_id', 1, 4_294_967_295),
      quantity: whole(item, 'quantity', 1, 999),
    }))
    .sort((a, b) => a.book_id - b.book_id)
  if (new Set(items.map((item) => item.book_id)).size !== items.length) {
    throw invalid('items', 'each book once')
  }
  const ttlSeconds = body.ttl_s === undefined ? usualTtl : whole(body, 'ttl_s', 1, 86_400)
  return { orderRef: requiredReference(body, 'order_ref'), items, ttlSeconds }
}

const outOfStock = (bookId: number): ApiError =>
  new ApiError(409, 'out_of_stock', 'There are not enough copies', {
    details: { book_id: bookId },
  })

export interface Reserved {
  readonly lines: readonly ReservationLine[]
  /** False for a repeat. */
  readonly created: boolean
}

/** The same books and quantities, or the reference belongs to another order. */
function repeat(lines: readonly ReservationLine[], order: ReserveOrder): Reserved {
  const { items } = order
  const same =
    items.length === lines.length &&
    items.every((item, at) => {
      const line = lines[at]
      return line?.product_id === item.book_id && line.quantity === item.quantity
    })
  if (!same) throw new ApiError(409, 'reference_reused', 'The reference has other items')
  return { lines, created: false }
}

async function take(transaction: Transaction, order: ReserveOrder, now: Date): Promise<void> {
  const { items } = order
  const inventory = await lockInventory(
    transaction,
    items.map((item) => item.book_id),
  )
  for (const item of items) {
    const stock = inventory.get(item.book_id)
    if (!stock) throw noSuchBook(item.book_id)
    if (stock.quantity < item.quantity) throw outOfStock(item.book_id)
  }
  const expires = utcText(new Date(now.getTime() + order.ttlSeconds * 1000))
  for (const item of items) {
    await transaction('reservation').insert({
      order_ref: order.orderRef,
      product_id: item.book_id,
      quantity: item.quantity,
      state: 'reserved',
      expires_at: expires,
      created_at: utcText(now),
      updated_at: utcText(now),
    })
    await moveStock(transaction, item.book_id, -item.quantity, 'sale', order.orderRef, now)
  }
}

/** Errors: 409 `out_of_stock` and 404 `not_found`, both with `book_id`; 409 `reference_reused`. */
export async function reserve(database: Database, body: Body, now: Date): Promise<Reserved> {
  const order = readOrder(body)
  const standing = await readLines(database, order.orderRef)
  if (standing.length > 0) return repeat(standing, order)
  try {
    await inTransaction(database, (transaction) => take(transaction, order, now))
  } catch (error) {
    const winner = await readLines(database, order.orderRef)
    if (winner.length > 0 && (isDuplicate(error) || error instanceof ApiError)) {
      return repeat(winner, order)
    }
    throw error
  }
  return { lines: await readLines(database, order.orderRef), created: true }
}
