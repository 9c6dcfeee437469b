/**
 * One edge, wired: everything between its configuration and its two listening servers.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { canaryReads } from '@matapalo/core'
import { Lifecycle, type Log, openDb, sleep } from '@matapalo/runtime'
import { createAdminServer } from './admin.ts'
import type { EdgeConfig } from './config.ts'
import { Delivery } from './delivery.ts'
import { Fallback } from './fallback.ts'
import { MiddlewareForwarder } from './forward/middleware.ts'
import { UndiciForwarder } from './forward/undici.ts'
import { Parents } from './identity/parent.ts'
import { RequestRate } from './limits/requestRate.ts'
import { createMetrics } from './metrics.ts'
import { Pipeline } from './pipeline.ts'
import { Retries } from './retries.ts'
import { listen, stopServer } from './server.ts'
import { Testers } from './shadow/testers.ts'
import { TableInForce } from './tableInForce.ts'
import { Upgrades } from './upgrades.ts'
import { HealthChecks } from './upstreams/checks.ts'
import { Replicas } from './upstreams/replicas.ts'
import { wireCallers } from './wiring/callers.ts'
import { wireFollowing } from './wiring/following.ts'
import { wireFreshening } from './wiring/freshening.ts'
import { wireHolding } from './wiring/holding.ts'
import { wireListening } from './wiring/listening.ts'
import { wireShadowing } from './wiring/shadowing.ts'

export interface Edge {
  /** Of the public side. */
  readonly url: string
  /** The same over TLS, where that ends here. */
  readonly secureUrl: string | undefined
  readonly adminUrl: string
  stop(): Promise<void>
}

/** A stopping edge is seen as not ready for this long before it stops listening. */
const noticeMs = 200
/** To each replica, for introspection and sessions of tokens. */
const ownConnections = 32

export async function startEdge(config: EdgeConfig, log: Log): Promise<Edge> {
  const life = new Lifecycle(log)
  const metrics = createMetrics(config.id)
  const inForce = new TableInForce()
  const table = () => inForce.table
  const replicas = new Replicas({
    mostRequests: config.upstreamRequests,
    mostSockets: config.upstreamSockets,
    room: { connections: config.upstreamConnections, shared: config.clientConnections > 0 },
    onEjected: (upstream, url) => {
      metrics.ejected(upstream)
      log.warn({ upstream, url }, 'replica.ejected')
    },
  })
  let closing = false

  const ca = config.upstreamCa === undefined ? undefined : await readFile(config.upstreamCa, 'utf8')
  const engine = {
    ...{ headMs: config.upstreamMax, connections: config.upstreamConnections },
    ...{ silenceMs: config.silenceMax, ca },
  }
  const undici = new UndiciForwarder(engine)
  const middleware = new MiddlewareForwarder(engine)
  // A replica whose connections clients have all is still asked who they are, and is not found to be
  // down; nor because made-up cookies are asked for.
  const asker = new UndiciForwarder({ ...engine, connections: ownConnections })
  const checker = new UndiciForwarder({ ...engine, connections: 1 })
  const callers = await wireCallers(config, { table, replicas, asker }, log)
  const { freshness, store, forgotten, barrier } = wireFreshening({
    ...{ config, life, inForce, metrics, log },
    onSession: (subject) => callers.forget(subject),
    refresh: () => follower.refresh(),
  })
  const ledgerDb = openDb({ url: config.ledgerUrl, poolSize: 2, queryTimeoutMs: 1_000 })
  life.add('db', () => ledgerDb.close())
  life.add('forwarders', async () => {
    await undici.close()
    await middleware.close()
    await asker.close()
    await checker.close()
  })

  const checks = new HealthChecks({
    table,
    replicas,
    asker: checker,
    path: config.healthPath,
    onChange: (url, up) => log.warn({ url, up }, 'replica.checked'),
  })
  checks.start()
  life.add('checks', async () => checks.stop())

  const { inFlight, drain, holds, holdLog } = wireHolding({
    ...{ config, inForce, metrics, log },
    tell: () => follower.tell(),
  })

  const { shadow, canary } = wireShadowing({
    ...{ config, life, inForce, callers, replicas, barrier, metrics, ca, log },
  })
  const upgrades = new Upgrades({ inForce, metrics, idleMs: config.socketIdleMax })
  const usedFreshness = config.freshness ? freshness : undefined
  const delivery = new Delivery({
    inForce,
    inFlight,
    replicas,
    forwarder: config.forwarder === 'undici' ? undici : middleware,
    candidates: undici,
    upgrader: middleware,
    upgrades,
    shadow,
    freshness: usedFreshness,
    sessionChanged: (subject) => {
      callers.forget(subject)
      store.announceSession(subject)
    },
    sessionCookie: config.sessionCookie,
    maxBody: config.bodyMax,
    lineMs: config.lineMax,
    closing: () => closing,
  })
  const testers = new Testers(config.testerKey)
  const pipeline = new Pipeline({
    inForce,
    holds,
    isolated: () => follower.isolated,
    freshness: usedFreshness,
    callers,
    delivery,
    retries: new Retries(config.connectMax, metrics),
    canary,
    testers,
    fallback: new Fallback(usedFreshness !== undefined, metrics),
    metrics,
    credentialRate: new RequestRate({
      perSecond: config.credentialRate,
      burst: config.credentialBurst,
    }),
  })
  const admin = createAdminServer({
    metrics,
    holdLog,
    notReady: () =>
      closing ? 'stopping' : inForce.table === undefined ? 'no route table yet' : null,
    standing: () => ({
      edge: config.id,
      epoch: inForce.epoch,
      held: inForce.held,
      waiting: holds.length,
      isolated: follower.isolated,
      store: store.up,
    }),
  })
  const adminUrl = await listen(admin, config.adminPort, config.host)
  life.add('admin', () => stopServer(admin, 500))

  const { follower, stream } = wireFollowing({
    ...{ config, inForce, drain, ledgerDb, adminUrl, log },
    onIsolation: () => holds.update(),
    onArrival: metrics.tableArrived,
  })
  let booted = false
  let canaryRead: ReadonlySet<string> = new Set()
  inForce.onChange((next) => {
    metrics.tableInForce(next)
    // The store may have been restarted while this edge was down.
    if (!booted) forgotten()
    booted = true
    // Of what was written before somebody read it elsewhere nobody has kept a token.
    const read = canaryReads(next)
    freshness.storeForgot([...read].filter((domain) => !canaryRead.has(domain)))
    canaryRead = read
    holds.update()
  })
  metrics.watch({
    inFlight: (domain) => inFlight.of(domain),
    waiting: (domain) => holds.waitingFor(domain),
    silenceSeconds: () => follower.silence,
    storeUp: () => store.up,
    sockets: () => upgrades.count,
  })

  store.start()
  life.add('store', () => store.stop())
  stream.start()
  follower.start(stream)
  life.add('follower', () => follower.stop())
  life.add('stream', () => stream.stop())

  const { url, secureUrl } = await wireListening({
    ...{ config, life, metrics, log },
    server: { pipeline, upgrades, parents: new Parents(config.identityKey) },
  })
  life.add('upgrades', () => upgrades.closeAll())
  life.add('notice', async () => {
    closing = true
    await sleep(noticeMs)
  })
  return { url, secureUrl, adminUrl, stop: () => life.stop() }
}
