/**
 * What every route and every step of a checkout is handed.
 *
 * @module
 */
import type { Database } from '@bookshop/kit/database'
import type { ShowInstant } from '@bookshop/kit/instants'
import type { Log } from '@bookshop/kit/log'
import type { Catalog } from './catalog/client.ts'
import type { Metrics } from './metrics.ts'
import type { PaymentProvider } from './payments/provider.ts'
import type { ParcelProvider } from './shipping/provider.ts'
import type { Users } from './users/client.ts'

/** Milliseconds, all of them. */
export interface Patience {
  /** For all that one request asks of others. */
  readonly requestBudget: number
  readonly checkoutLimit: number
  readonly claim: number
  readonly paymentTimeout: number
  readonly paymentDeadline: number
}

export interface Shop {
  readonly database: Database
  readonly show: ShowInstant
  readonly now: () => Date
  readonly catalog: Catalog
  readonly users: Users
  readonly payments: PaymentProvider
  readonly parcels: ParcelProvider
  readonly patience: Patience
  /** Name of this process among its replicas. */
  readonly instance: string
  readonly metrics: Metrics
  readonly log: Log
  /** Told each point between two effects of a checkout, so that a test may end the process there. */
  readonly reached: (point: string) => void
}
