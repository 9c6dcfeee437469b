/**
 * What every service measures. Labels come from closed sets: route patterns of the OpenAPI document,
 * never paths or ids. A service adds its own to `registers`.
 *
 * @module
 */
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client'

/** 50 (milliseconds): a probe of the event loop every 10 costs each idle process half a percent of a processor. */
const loopProbeMs = 50

/** @param name the service: the first word of every metric */
export function serviceMetrics(name: string) {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: loopProbeMs })
  const registers = [registry]
  return {
    registers,
    requestSeconds: new Histogram({
      name: `${name}_http_request_seconds`,
      help: 'Time from request to answer, by route pattern',
      labelNames: ['method', 'route', 'status'] as const,
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
      registers,
    }),
    refusedWrites: new Counter({
      name: `${name}_refused_writes_total`,
      help: 'Writes that the database refused because another store owns the tables now',
      labelNames: ['origin'] as const,
      registers,
    }),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  }
}

export type ServiceMetrics = ReturnType<typeof serviceMetrics>
