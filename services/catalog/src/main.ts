/**
 * The process: reads its configuration, wires, starts, stops gracefully on SIGTERM and SIGINT.
 *
 * @module
 */
import { openDatabase } from '@bookshop/kit/database'
import { identityReader, providerOf } from '@bookshop/kit/identity'
import { shownIn } from '@bookshop/kit/instants'
import { createLog } from '@bookshop/kit/log'
import { runService, stopSwitch } from '@bookshop/kit/process'
import { createApp } from './app.ts'
import { readConfig } from './config.ts'
import { createMetrics } from './metrics.ts'
import { startExpiry } from './reservations/expiry.ts'

const config = readConfig(process.env)
const log = createLog('catalog', config.logLevel)
const metrics = createMetrics()
const database = openDatabase(config.database, config.poolSize, log)
const life = stopSwitch()

const app = createApp({
  database,
  show: shownIn(config.timeZone),
  now: () => new Date(),
  readIdentity: identityReader({
    edge: { keys: config.identityKeys, audience: 'catalog' },
    provider: providerOf(config),
  }),
  metrics,
  log,
  isStopping: life.isStopping,
  validateResponses: false,
})
await runService({
  app,
  host: config.host,
  port: config.port,
  log,
  life,
  database,
  background: () => [startExpiry(database, metrics, log, config.expiryInterval)],
})
