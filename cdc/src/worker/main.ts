/**
 * The cdc worker: one process that runs the appliers of the domains in the ledger.
 *
 * @module
 */
import { createLog, Lifecycle, openDb, readConfig } from '@matapalo/runtime'
import { openApplierDb } from '../applier/session.ts'
import { openKafka } from '../feed.ts'
import { startAppliers } from './appliers.ts'
import { workerConfig } from './config.ts'
import { createLagBook } from './lag.ts'
import { registry } from './metrics.ts'
import { startServer } from './server.ts'

const config = readConfig(workerConfig, process.env)
const log = createLog('cdc', config.logLevel)
const lifecycle = new Lifecycle(log)
lifecycle.handleSignals()

const ledger = openDb({ url: config.ledgerUrl, poolSize: 2 })
const plain = {
  monolith: openDb({ url: config.monolithUrl, poolSize: 4 }),
  service: openDb({ url: config.servicesUrl, poolSize: 4 }),
}
const applying = {
  monolith: openApplierDb(config.monolithUrl, config.maxAppliers),
  service: openApplierDb(config.servicesUrl, config.maxAppliers),
}
for (const db of [ledger, plain.monolith, plain.service, applying.monolith, applying.service]) {
  lifecycle.add('database', () => db.close())
}
const kafka = openKafka(config.kafkaBrokers, log)
lifecycle.add('kafka', () => kafka.close())

const lag = createLagBook()
const appliers = startAppliers({
  ledger,
  plain,
  applying,
  kafka,
  brokers: config.kafkaBrokers,
  heartbeatMs: config.heartbeatMs,
  applyDelayMs: config.applyDelayMs,
  lag,
  log,
})
lifecycle.add('appliers', () => appliers.stop())

const server = await startServer({
  host: config.host,
  port: config.port,
  registry,
  lag,
  ready: () => appliers.ready,
})
lifecycle.add('server', () => server.stop())
log.info({ port: server.port }, 'worker.started')
