/**
 * The process: reads its configuration, wires, starts, stops gracefully on SIGTERM and SIGINT.
 *
 * @module
 */
import { openDatabase } from '@bookshop/kit/database'
import { createLog } from '@bookshop/kit/log'
import { runService, stopSwitch } from '@bookshop/kit/process'
import { createApp } from './app.ts'
import { readConfig } from './config.ts'
import { createMetrics } from './metrics.ts'
import { startUpkeep } from './upkeep.ts'

const config = readConfig(process.env)
const log = createLog('users', config.logLevel)
const database = openDatabase(config.database, config.poolSize, log)
const life = stopSwitch()
const { app, identityServer, users } = createApp({
  config,
  database,
  metrics: createMetrics(),
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
  background: () => [startUpkeep({ ...config, ...users, database, identityServer, log })],
})
