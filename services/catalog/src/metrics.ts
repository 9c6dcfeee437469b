/**
 * What this process measures beyond what every service does.
 *
 * @module
 */
import { serviceMetrics } from '@bookshop/kit/metrics'
import { Counter, Gauge } from 'prom-client'

export function createMetrics() {
  const common = serviceMetrics('catalog')
  return {
    ...common,
    expiredReservations: new Counter({
      name: 'catalog_expired_reservations_total',
      help: 'Reservations whose time ran out and whose stock was given back',
      registers: common.registers,
    }),
    cacheReads: new Counter({
      name: 'catalog_cache_reads_total',
      help: 'Reads of lists and of the category tree: remembered, read from the database, or without a cache',
      labelNames: ['kind', 'outcome'] as const,
      registers: common.registers,
    }),
    cacheUp: new Gauge({
      name: 'catalog_cache_up',
      help: '1 while the cache answers, 0 while reads go on without it',
      registers: common.registers,
    }),
    events: new Counter({
      name: 'catalog_events_total',
      help: 'Events of orders, by what the consumer did with them',
      labelNames: ['outcome'] as const,
      registers: common.registers,
    }),
    orderEvents: new Counter({
      name: 'catalog_order_events_total',
      help: 'Events that end a reservation, by what was left to do',
      labelNames: ['effect'] as const,
      registers: common.registers,
    }),
    textsCopied: new Counter({
      name: 'catalog_texts_copied_total',
      help: 'Books whose words the sweep brought up to date in the text index',
      registers: common.registers,
    }),
  }
}

export type Metrics = ReturnType<typeof createMetrics>
