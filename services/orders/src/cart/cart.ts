/**
 * One cart per account. It holds ids and quantities; title, price and stock are the catalog's and are
 * asked for each time, so a cart always shows what the shelf shows.
 *
 * @module
 */
import type { Queryable } from '@bookshop/kit/database'
import { moneyText, readMoney } from '@bookshop/kit/money'
import type { Book } from '../catalog/client.ts'
import type { Shop } from '../shop.ts'

export const mostOfOneBook = 99

export interface CartItem {
  readonly book_id: number
  readonly quantity: number
}

export interface Cart {
  readonly items: readonly {
    readonly book_id: number
    readonly title: string
    readonly author: string
    readonly price: string
    readonly stock: number
    readonly quantity: number
    readonly line_total: string
  }[]
  readonly total: string
}

/** In the order in which the books were put in. */
export const cartItems = (on: Queryable, userId: number): Promise<CartItem[]> =>
  on('cart as c')
    .join('cart_item as i', 'i.cart_id', 'c.id')
    .where('c.user_id', userId)
    .orderBy(['i.added_at', 'i.book_id'])
    .select<CartItem[]>('i.book_id', 'i.quantity')

/** Cents of a book; the catalog answers amounts that it could store. */
export function centsOf(book: Book): number {
  const cents = readMoney(book.price)
  if (cents === null) throw new TypeError('the catalog answered a price that is no amount')
  return cents
}

/** What is in the cart; a book that has left the shop has left the cart too. */
export async function readCart(shop: Shop, userId: number): Promise<Cart> {
  const rows = await cartItems(shop.database, userId)
  const books = await Promise.all(rows.map((row) => shop.catalog.book(row.book_id)))
  let total = 0
  const items = rows.flatMap(({ book_id, quantity }, at) => {
    const book = books[at]
    if (!book) return []
    const line = centsOf(book) * quantity
    total += line
    const { title, author, price, stock } = book
    return { book_id, title, author, price, stock, quantity, line_total: moneyText(line) }
  })
  return { items, total: moneyText(total) }
}
