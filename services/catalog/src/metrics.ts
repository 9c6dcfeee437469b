/**
 * What this process measures beyond what every service does.
 *
 * @module
 */
import { serviceMetrics } from '@bookshop/kit/metrics'
import { Counter } from 'prom-client'

export function createMetrics() {
  const common = serviceMetrics('catalog')
  return {
    ...common,
    expiredReservations: new Counter({
      name: 'catalog_expired_reservations_total',
      help: 'Reservations whose time ran out and whose stock was given back',
      registers: common.registers,
    }),
  }
}

export type Metrics = ReturnType<typeof createMetrics>
