/**
 * What this process measures. Labels come from closed sets: route patterns of the OpenAPI document,
 * never paths or ids.
 *
 * @module
 */
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client'

export function createMetrics() {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  return {
    requestSeconds: new Histogram({
      name: 'catalog_http_request_seconds',
      help: 'Time from request to answer, by route pattern',
      labelNames: ['method', 'route', 'status'] as const,
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
      registers,
    }),
    refusedWrites: new Counter({
      name: 'catalog_refused_writes_total',
      help: 'Writes that the database refused because another store owns the tables now',
      labelNames: ['origin'] as const,
      registers,
    }),
    expiredReservations: new Counter({
      name: 'catalog_expired_reservations_total',
      help: 'Reservations whose time ran out and whose stock was given back',
      registers,
    }),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  }
}

export type Metrics = ReturnType<typeof createMetrics>
