/**
 * What this process measures beyond what every service does.
 *
 * @module
 */
import { serviceMetrics } from '@bookshop/kit/metrics'
import { Counter } from 'prom-client'

export function createMetrics() {
  const metrics = serviceMetrics('orders')
  const { registers } = metrics
  return {
    ...metrics,
    checkouts: new Counter({
      name: 'orders_checkouts_total',
      help: 'Checkouts answered, by how they ended',
      labelNames: ['outcome'] as const,
      registers,
    }),
    recovered: new Counter({
      name: 'orders_recovered_total',
      help: 'Pieces of unfinished work that the recovery loop moved on',
      labelNames: ['kind'] as const,
      registers,
    }),
    callbacks: new Counter({
      name: 'orders_provider_callbacks_total',
      help: 'Callbacks of providers, by what they changed',
      labelNames: ['provider', 'effect'] as const,
      registers,
    }),
  }
}

export type Metrics = ReturnType<typeof createMetrics>
