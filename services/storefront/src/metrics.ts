/**
 * What this process measures beyond what every service does.
 *
 * @module
 */
import { serviceMetrics } from '@bookshop/kit/metrics'
import { Counter, Histogram } from 'prom-client'

export function createMetrics() {
  const common = serviceMetrics('storefront')
  return {
    ...common,
    callSeconds: new Histogram({
      name: 'storefront_call_seconds',
      help: 'Time of a call to the shop, retries included',
      labelNames: ['area', 'outcome'] as const,
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15],
      registers: common.registers,
    }),
    missingParts: new Counter({
      name: 'storefront_missing_parts_total',
      help: 'Pages that were shown without a part, because nobody answered for it',
      labelNames: ['area'] as const,
      registers: common.registers,
    }),
    refusedForms: new Counter({
      name: 'storefront_refused_forms_total',
      help: 'Forms that another site sent, or whose token was not ours',
      labelNames: ['reason'] as const,
      registers: common.registers,
    }),
  }
}

export type Metrics = ReturnType<typeof createMetrics>
