/**
 * The worker's metrics.
 *
 * @module
 */
import { Counter, createRegistry, Gauge, Histogram, latencyBuckets } from '@matapalo/runtime'

export const registry = createRegistry('cdc')
const registers = [registry]
const feed = ['domain', 'direction'] as const

export const changes = new Counter({
  name: 'matapalo_cdc_changes_total',
  help: 'changes by what was done with them: applied, echo, rogue, discarded',
  labelNames: [...feed, 'outcome'],
  registers,
})
export const lag = new Histogram({
  name: 'matapalo_cdc_lag_seconds',
  help: 'from the commit of a marker at the source to its commit in the target',
  labelNames: feed,
  buckets: latencyBuckets,
  registers,
})
export const applySeconds = new Histogram({
  name: 'matapalo_cdc_apply_seconds',
  help: 'one target transaction',
  labelNames: feed,
  buckets: latencyBuckets,
  registers,
})
export const token = new Gauge({
  name: 'matapalo_cdc_token_count',
  help: 'the last marker that is applied',
  labelNames: feed,
  registers,
})
export const applying = new Gauge({
  name: 'matapalo_cdc_applying_state',
  help: '1 in mode apply, 0 in mode audit',
  labelNames: feed,
  registers,
})
export const stops = new Counter({
  name: 'matapalo_cdc_stops_total',
  help: 'times an applier ended with an error and began again',
  labelNames: feed,
  registers,
})
