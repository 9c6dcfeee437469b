/**
 * Puts books into a cart and takes them out.
 *
 * @module
 */
import type { Queryable, Transaction } from '@bookshop/kit/database'
import { ApiError } from '@bookshop/kit/errors'
import { type Body, whole } from '@bookshop/kit/input'
import { utcText } from '@bookshop/kit/instants'
import { mostOfOneBook } from './cart.ts'

const noSuchBook = (id: number): ApiError =>
  new ApiError(404, 'not_found', 'There is no such book', { details: { book_id: id } })

const notInCart = (id: number): ApiError =>
  new ApiError(404, 'not_found', 'There is no such book in the cart', { details: { book_id: id } })

/** The account's cart, made when it has none. */
async function cartId(on: Queryable, userId: number, now: Date): Promise<number> {
  const row = await on('cart').where('user_id', userId).first('id')
  if (row) return Number(row.id)
  const [result] = await on.raw(
    `INSERT INTO cart (user_id, created_at, updated_at) VALUES (?, ?, ?)
     ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(id)`,
    [userId, utcText(now), utcText(now)],
  )
  return Number(result.insertId)
}

export interface Addition {
  readonly bookId: number
  readonly quantity: number
}

export const readAddition = (body: Body): Addition => ({
  bookId: whole(body, 'book_id', 1, 4_294_967_295),
  quantity: body.quantity === undefined ? 1 : whole(body, 'quantity', 1, mostOfOneBook),
})

/** @param exists whether the catalog knows the book */
export async function addToCart(
  on: Transaction | Queryable,
  userId: number,
  { bookId, quantity }: Addition,
  exists: boolean,
  now: Date,
): Promise<void> {
  if (!exists) throw noSuchBook(bookId)
  const cart = await cartId(on, userId, now)
  await on.raw(
    `INSERT INTO cart_item (cart_id, book_id, quantity, added_at) VALUES (?, ?, ?, ?)
     ON DUPLICATE KEY UPDATE quantity = LEAST(quantity + VALUES(quantity), ${mostOfOneBook})`,
    [cart, bookId, quantity, utcText(now)],
  )
}

/** Sets how many; 0 takes the book out. */
export async function setInCart(
  on: Queryable,
  userId: number,
  bookId: number,
  body: Body,
  now: Date,
): Promise<void> {
  const quantity = whole(body, 'quantity', 0, mostOfOneBook)
  if (quantity === 0) return removeFromCart(on, userId, bookId, now)
  const key = { cart_id: await cartId(on, userId, now), book_id: bookId }
  const there = await on('cart_item').where(key).first('quantity')
  if (!there) throw notInCart(bookId)
  await on('cart_item').where(key).update({ quantity })
}

export async function removeFromCart(
  on: Queryable,
  userId: number,
  bookId: number,
  now: Date,
): Promise<void> {
  const cart = await cartId(on, userId, now)
  await on('cart_item').where({ cart_id: cart, book_id: bookId }).delete()
}

export async function emptyCart(on: Queryable, userId: number, now: Date): Promise<void> {
  const cart = await cartId(on, userId, now)
  await on('cart_item').where('cart_id', cart).delete()
}

/** Takes ordered books out; what was added meanwhile stays. */
export async function clearOrdered(
  transaction: Transaction,
  userId: number,
  bookIds: readonly number[],
): Promise<void> {
  const carts = transaction('cart').where('user_id', userId).select('id')
  await transaction('cart_item').whereIn('cart_id', carts).whereIn('book_id', bookIds).delete()
}
