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
import { listingsOver } from './cache/listings.ts'
import { redisCache } from './cache/redis.ts'
import { noStore } from './cache/store.ts'
import { readConfig } from './config.ts'
import { createMetrics } from './metrics.ts'
import { followOrders } from './orders/follow.ts'
import { startExpiry } from './reservations/expiry.ts'
import { startRetention } from './retention.ts'
import { startTextSweep } from './search/sweep.ts'

const config = readConfig(process.env)
const log = createLog('catalog', config.logLevel)
const metrics = createMetrics()
const database = openDatabase(config.database, config.poolSize, log)
const life = stopSwitch()
const now = () => new Date()
const store =
  config.cacheUrl === undefined ? noStore : redisCache({ url: config.cacheUrl, metrics, log })

const app = createApp({
  database,
  show: shownIn(config.timeZone),
  now,
  listings: listingsOver({ database, store, metrics }),
  readIdentity: identityReader({
    edge: { keys: config.identityKeys, audience: 'catalog' },
    provider: providerOf(config),
  }),
  metrics,
  log,
  isStopping: life.isStopping,
  validateResponses: false,
})

const { brokers } = config
await runService({
  app,
  host: config.host,
  port: config.port,
  log,
  life,
  database,
  background: () => [
    store,
    startExpiry(database, metrics, log, config.expiryInterval),
    startTextSweep({ database, metrics, log, intervalMs: config.sweepInterval }),
    startRetention(database, log),
    ...(brokers === undefined ? [] : [followOrders({ brokers, database, now, metrics, log })]),
  ],
})
