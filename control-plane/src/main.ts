/** Reads the configuration, wires the parts, starts. No decisions. */
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { connectClient } from '@matapalo/cdc/connectors'
import { openKafka } from '@matapalo/cdc/feed'
import { createLog, Lifecycle, openDb, readConfig } from '@matapalo/runtime'
import { apiRoutes } from './api/index.ts'
import { bearer, createApp } from './api/server.ts'
import { Backfills } from './backfill.ts'
import { bootstrap } from './bootstrap.ts'
import { Conductor } from './conductor.ts'
import { controlConfig, projectVariables } from './config.ts'
import { Control } from './control.ts'
import { EdgeHub } from './edges/hub.ts'
import { allowedFaults } from './faults.ts'
import { Leadership } from './leadership.ts'
import { Lease } from './ledger/lease.ts'
import { Feeds } from './live/feeds.ts'
import { lagSource } from './live/lag.ts'
import { ParityGuardian } from './parity/guardian.ts'
import { Reconciler } from './reconcile.ts'

const config = readConfig(controlConfig, process.env)
const log = createLog('control-plane', config.logLevel)
const lifecycle = new Lifecycle(log)
lifecycle.handleSignals()

// A conductor that was stopped in mid transaction must not keep its locks from whoever takes over.
const onConnect = ['SET SESSION idle_transaction_timeout = 2']
const ledger = openDb({ url: config.ledger, poolSize: 12, onConnect })
lifecycle.add('ledger', () => ledger.close())
const stores = {
  monolith: openDb({ url: config.monolithDb, poolSize: 12, onConnect }),
  service: openDb({ url: config.servicesDb, poolSize: 12, onConnect }),
}
lifecycle.add('stores', async () => {
  await Promise.all([stores.monolith.close(), stores.service.close()])
})

const kafka = openKafka(config.brokers, log, 'matapalo-control')
lifecycle.add('kafka', () => kafka.close())
const feeds = new Feeds({
  connect: connectClient(config.connect),
  kafka,
  brokers: config.brokers,
  pollMs: config.feedPoll,
  stores,
  accounts: {
    monolith: {
      host: config.feedMonolithHost,
      port: config.feedMonolithPort,
      user: config.feedMonolithUser,
      password: config.feedMonolithPassword,
    },
    service: {
      host: config.feedServicesHost,
      port: config.feedServicesPort,
      user: config.feedServicesUser,
      password: config.feedServicesPassword,
    },
  },
})

const lease = new Lease(ledger, log, { holder: `${process.pid}/${randomUUID()}` })
const hub = new EdgeHub(ledger, log)
const lag = lagSource(stores, config.cdc)
const faults = allowedFaults(config.faults, config.testFaults)
const control = new Control({ ledger, lease, hub, stores, feeds, lag, faults, log })
const conductor = new Conductor(control)
const backfills = new Backfills(control)
lifecycle.add('edges', () => hub.stop())

const tokens = { operator: bearer(config.operatorToken), edge: bearer(config.edgeToken) }
const app = createApp(log, (express) =>
  apiRoutes(express, tokens, { control, backfills, conductor }),
)
const server = createServer({ keepAliveTimeout: 65_000 }, app)
await new Promise<void>((resolve) => server.listen(config.port, config.host, resolve))
lifecycle.add('server', () => {
  server.close()
  server.closeAllConnections()
})
const leadership = new Leadership(control, [
  bootstrap(control, config.project, projectVariables(process.env)),
  conductor,
  backfills,
  new Reconciler(control),
  control.observer,
  new ParityGuardian(control),
])
lifecycle.add('leadership', () => leadership.stop())
leadership.start()
log.info({ port: config.port }, 'process.started')
