/**
 * What this process measures beyond what every service does.
 *
 * @module
 */
import { serviceMetrics } from '@bookshop/kit/metrics'

export const createMetrics = () => serviceMetrics('users')

export type Metrics = ReturnType<typeof createMetrics>
