/** Reads the configuration, wires the parts, starts. No decisions. */
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { createLog, Lifecycle, openDb, readConfig } from '@matapalo/runtime'
import { catalogueRoutes } from './api/catalogue.ts'
import { edgeRoutes } from './api/edges.ts'
import { healthRoutes } from './api/health.ts'
import { bearer, createApp } from './api/server.ts'
import { controlConfig } from './config.ts'
import { Control } from './control.ts'
import { EdgeHub } from './edges/hub.ts'
import { Leadership } from './leadership.ts'
import { Lease } from './ledger/lease.ts'

const config = readConfig(controlConfig, process.env)
const log = createLog('control-plane', config.logLevel)
const lifecycle = new Lifecycle(log)
lifecycle.handleSignals()

const ledger = openDb({ url: config.ledger, poolSize: 12 })
lifecycle.add('ledger', () => ledger.close())
const stores = {
  monolith: openDb({ url: config.monolithDb, poolSize: 12 }),
  service: openDb({ url: config.servicesDb, poolSize: 12 }),
}
lifecycle.add('stores', async () => {
  await Promise.all([stores.monolith.close(), stores.service.close()])
})

const lease = new Lease(ledger, log, { holder: `${process.pid}/${randomUUID()}` })
const hub = new EdgeHub(ledger, log)
const control = new Control({ ledger, lease, hub, stores, log })
lifecycle.add('edges', () => hub.stop())

const operator = bearer(config.operatorToken)
const app = createApp(log, (express) => {
  healthRoutes(express, control)
  edgeRoutes(express, bearer(config.edgeToken), hub)
  catalogueRoutes(express, operator, control)
})
const server = createServer({ keepAliveTimeout: 65_000 }, app)
await new Promise<void>((resolve) => server.listen(config.port, config.host, resolve))
lifecycle.add('server', () => {
  server.close()
  server.closeAllConnections()
})
const leadership = new Leadership(control)
lifecycle.add('leadership', () => leadership.stop())
leadership.start()
log.info({ port: config.port }, 'process.started')
