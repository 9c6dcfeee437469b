/**
 * What every route is handed.
 *
 * @module
 */
import type { Database } from '@bookshop/kit/database'
import type { ShowInstant } from '@bookshop/kit/instants'
import type { Listings } from './cache/listings.ts'

export interface Shop {
  readonly database: Database
  readonly show: ShowInstant
  readonly now: () => Date
  /** Made anew for each request. */
  readonly listings: () => Listings
}
