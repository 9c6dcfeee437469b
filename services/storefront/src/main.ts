/**
 * The process: reads its configuration, wires, starts, stops gracefully on SIGTERM and SIGINT.
 *
 * @module
 */
import { createLog } from '@bookshop/kit/log'
import { runService, stopSwitch } from '@bookshop/kit/process'
import { createApp } from './app.ts'
import { readConfig } from './config.ts'
import { sealWith } from './forms/seal.ts'
import { createMetrics } from './metrics.ts'
import { areaClients } from './shop/areas.ts'

const config = readConfig(process.env)
const log = createLog('storefront', config.logLevel)
const life = stopSwitch()

const app = createApp({
  clients: areaClients(config.shopUrl, config.readTimeout),
  seal: sealWith(config.formSecret, Date.now),
  metrics: createMetrics(),
  log,
  isStopping: life.isStopping,
})
const { host, port } = config
await runService({ app, host, port, log, life, database: { destroy: async () => {} } })
