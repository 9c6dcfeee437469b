/**
 * What every route is handed.
 *
 * @module
 */
import type { Database } from '@bookshop/kit/database'
import type { ShowInstant } from '@bookshop/kit/instants'
import type { Log } from '@bookshop/kit/log'
import type { BotBook } from './bot/book.ts'
import type { Metrics } from './metrics.ts'
import type { Books } from './neighbours/books.ts'
import type { Orders } from './neighbours/orders.ts'
import type { Users } from './neighbours/users.ts'

export interface Support {
  readonly database: Database
  readonly show: ShowInstant
  readonly now: () => Date
  readonly timeZone: string
  readonly users: Users
  readonly orders: Orders
  readonly books: Books
  readonly bot: BotBook
  readonly metrics: Metrics
  readonly log: Log
}
