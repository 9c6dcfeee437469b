/**
 * What every route is handed.
 *
 * @module
 */
import type { Database } from './database.ts'
import type { ShowInstant } from './instants.ts'

export interface Shop {
  readonly database: Database
  readonly show: ShowInstant
  readonly now: () => Date
}
