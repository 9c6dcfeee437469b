/**
 * Prometheus metrics behind one file. Names are `matapalo_<component>_<what>_<unit>`; labels come
 * from closed sets, never from paths or ids.
 *
 * @module
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export { Counter, Gauge, Histogram, Registry }

/** Seconds, from 1 ms to 10 s. */
export const latencyBuckets = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10,
]

/** 50 (milliseconds): a probe of the event loop every 10 costs each idle process half a percent of a processor. */
const loopProbeMs = 50

export function createRegistry(process: string): Registry {
  const registry = new Registry()
  registry.setDefaultLabels({ process })
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: loopProbeMs })
  return registry
}
