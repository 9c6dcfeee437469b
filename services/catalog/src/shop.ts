/**
 * What every route is handed.
 *
 * @module
 */
import type { Database } from '@bookshop/kit/database'
import type { ShowInstant } from '@bookshop/kit/instants'

export interface Shop {
  readonly database: Database
  readonly show: ShowInstant
  readonly now: () => Date
}
