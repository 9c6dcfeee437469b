/**
 * One session of the whole shop: a login that lasts for the run, and everything that only it writes,
 * so that what it reads back has one right answer.
 *
 * @module
 */
import type { OwnAccount } from './account.ts'
import type { OpenOrders } from './openOrders.ts'
import type { OwnBook } from './ownBook.ts'
import type { OwnCart } from './ownCart.ts'
import type { Shopper } from './shopper.ts'

export interface OwnOrder {
  readonly id: number
  readonly reference: string
}

export interface OwnTicket {
  readonly id: number
  /** Subject, and each message that was acknowledged. */
  readonly words: string[]
}

export interface Session {
  readonly shopper: Shopper
  readonly book: OwnBook
  /** Highest seeded book id. */
  readonly books: number
  readonly account: OwnAccount
  readonly cart: OwnCart
  /** The last few, newest last. */
  readonly orders: OwnOrder[]
  readonly tickets: OwnTicket[]
  readonly openOrders: OpenOrders
}

/** Keeps the last few. */
export function remember<T>(list: T[], item: T, most = 8): void {
  list.push(item)
  if (list.length > most) list.shift()
}

export const anyBook = ({ shopper, books }: Session): number =>
  1 + shopper.ports.random.below(books)
