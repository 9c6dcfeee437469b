/**
 * Follows the events of orders: starts in the background, and again until Kafka and the topic are
 * there.
 *
 * @module
 */
import { type Consumer, startConsumer } from '@bookshop/kit/consumer'
import type { Database } from '@bookshop/kit/database'
import type { Log } from '@bookshop/kit/log'
import type { Stoppable } from '@bookshop/kit/process'
import type { Metrics } from '../metrics.ts'
import { orderHandlers, topic } from './handlers.ts'

export const consumerName = 'catalog-orders'
const againMs = 2000

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
  let stopping = false
  let wake: () => void = () => {}

  const start = async (): Promise<Consumer | null> => {
    let told = false
    while (!stopping) {
      try {
        return await startConsumer({
          name: consumerName,
          ...(group === undefined ? {} : { group }),
          brokers,
          topics: [topic],
          database,
          log,
          handlers,
          onOutcome: (_type, outcome) => metrics.events.inc({ outcome }),
        })
      } catch (error) {
        if (!told) log.warn({ err: error }, 'consumer.delayed')
        told = true
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, againMs)
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
    }
    return null
  }

  let running: Consumer | null | undefined
  const started = start().then((consumer) => {
    running = consumer
    // Asked to stop while it was connecting, which may take for ever.
    if (stopping) return consumer?.stop()
  })
  return {
    async stop() {
      stopping = true
      wake()
      if (running === undefined) void started.catch(() => undefined)
      else await running?.stop()
    },
  }
}
