/**
 * Follows the events of orders.
 *
 * @module
 */
import type { Database } from '@bookshop/kit/database'
import { follow } from '@bookshop/kit/follow'
import type { Log } from '@bookshop/kit/log'
import type { Stoppable } from '@bookshop/kit/process'
import type { Metrics } from '../metrics.ts'
import { orderHandlers, topic } from './handlers.ts'

export const consumerName = 'catalog-orders'

export interface FollowParts {
  readonly brokers: readonly string[]
  /** The Kafka group; `consumerName` unless a test says otherwise. */
  readonly group?: string
  readonly database: Database
  readonly now: () => Date
  readonly metrics: Metrics
  readonly log: Log
}

export function followOrders(parts: FollowParts): Stoppable {
  const { brokers, group, database, now, metrics, log } = parts
  const handlers = orderHandlers({
    now,
    log,
    onEffect: (effect) => metrics.orderEvents.inc({ effect }),
  })
  return follow({
    name: consumerName,
    ...(group === undefined ? {} : { group }),
    brokers,
    topics: [topic],
    database,
    log,
    handlers,
    onOutcome: (_type, outcome) => metrics.events.inc({ outcome }),
  })
}
