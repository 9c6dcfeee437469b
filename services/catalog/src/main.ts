/**
 * The process: reads its configuration, wires, starts, stops gracefully on SIGTERM and SIGINT.
 *
 * @module
 */
import { createApp } from './app.ts'
import { readConfig } from './config.ts'
import { openDatabase } from './database.ts'
import { listen } from './http/server.ts'
import { identityReader } from './identity.ts'
import { shownIn } from './instants.ts'
import { createLog } from './log.ts'
import { createMetrics } from './metrics.ts'
import { startExpiry } from './reservations/expiry.ts'

const config = readConfig(process.env)
const log = createLog(config.logLevel)
const metrics = createMetrics()
const database = openDatabase(config.database, config.poolSize, log)
let stopping = false

const app = createApp({
  database,
  show: shownIn(config.timeZone),
  now: () => new Date(),
  readIdentity: identityReader(config.identityKeys),
  metrics,
  log,
  isStopping: () => stopping,
  validateResponses: false,
})
const server = await listen(app, config.host, config.port)
const expiry = startExpiry(database, metrics, log, config.expiryInterval)
log.info({ port: server.port }, 'process.ready')

async function stop(signal: string): Promise<void> {
  if (stopping) return
  stopping = true
  log.info({ signal }, 'process.stopping')
  setTimeout(() => process.exit(1), 10_000).unref()
  await Promise.all([server.stop(), expiry.stop()])
  await database.destroy()
  process.exit(0)
}
process.on('SIGTERM', (signal) => void stop(signal))
process.on('SIGINT', (signal) => void stop(signal))
