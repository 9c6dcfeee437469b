/**
 * One edge, wired: everything between its configuration and its two listening servers.
 *
 * @module
 */
import { readApplierStates } from '@matapalo/cdc/applierState'
import type { Side } from '@matapalo/core'
import { type Db, Lifecycle, type Log, openDb, sleep } from '@matapalo/runtime'
import { createAdminServer } from './admin.ts'
import type { EdgeConfig } from './config.ts'
import { Delivery } from './delivery.ts'
import { Follower } from './follow/follower.ts'
import { LedgerTables } from './follow/ledger.ts'
import { ControlStream } from './follow/stream.ts'
import { TableFile } from './follow/tableFile.ts'
import { MiddlewareForwarder } from './forward/middleware.ts'
import { UndiciForwarder } from './forward/undici.ts'
import { AppliedWatch } from './freshness/applied.ts'
import { Freshness } from './freshness/freshness.ts'
import { markerTokens } from './freshness/markerToken.ts'
import { RedisTokenStore } from './freshness/redisStore.ts'
import { Tokens } from './freshness/tokens.ts'
import { Drain } from './hold/drain.ts'
import { HoldLog } from './hold/holdLog.ts'
import { HoldQueue } from './hold/holdQueue.ts'
import { InFlight } from './hold/inFlight.ts'
import { openSigner } from './identity/assertion.ts'
import { Introspection } from './identity/introspection.ts'
import { legacySession } from './identity/legacySession.ts'
import { Parents } from './identity/parent.ts'
import { Clients } from './limits/clients.ts'
import { createMetrics } from './metrics.ts'
import { Pipeline } from './pipeline.ts'
import { Retries } from './retries.ts'
import { createEdgeServer, listen, stopServer } from './server.ts'
import { TableInForce } from './tableInForce.ts'
import { Upgrades } from './upgrades.ts'
import { HealthChecks } from './upstreams/checks.ts'
import { Replicas } from './upstreams/replicas.ts'

export interface Edge {
  /** Of the public side. */
  readonly url: string
  readonly adminUrl: string
  stop(): Promise<void>
}

/** Most requests that a lifted hold lets go without an answer's head; and for how long each counts. */
const released = 64
const slotMs = 25
/** A stopping edge is seen as not ready for this long before it stops listening. */
const noticeMs = 200

export async function startEdge(config: EdgeConfig, log: Log): Promise<Edge> {
  const life = new Lifecycle(log)
  const metrics = createMetrics(config.id)
  const inForce = new TableInForce()
  const replicas = new Replicas({
    mostRequests: config.upstreamRequests,
    onEjected: (upstream, url) => {
      metrics.ejected(upstream)
      log.warn({ upstream, url }, 'replica.ejected')
    },
  })
  let closing = false

  const databases: Readonly<Record<Side, Db>> = {
    monolith: openDb({ url: config.monolithDbUrl, poolSize: 4, queryTimeoutMs: 2_000 }),
    service: openDb({ url: config.servicesDbUrl, poolSize: 4, queryTimeoutMs: 2_000 }),
  }
  const ledgerDb = openDb({ url: config.ledgerUrl, poolSize: 2, queryTimeoutMs: 1_000 })
  for (const db of [databases.monolith, databases.service, ledgerDb])
    life.add('db', () => db.close())

  const undici = new UndiciForwarder(config.upstreamMax)
  const middleware = new MiddlewareForwarder(config.upstreamMax)
  life.add('forwarders', async () => {
    await undici.close()
    await middleware.close()
  })

  const checks = new HealthChecks({
    table: () => inForce.table,
    replicas,
    asker: undici,
    path: config.healthPath,
    onChange: (url, up) => log.warn({ url, up }, 'replica.checked'),
  })
  checks.start()
  life.add('checks', async () => checks.stop())

  const introspection = new Introspection(
    legacySession({
      table: () => inForce.table,
      replicas,
      asker: undici,
      path: config.introspectPath,
      cookie: config.sessionCookie,
    }),
    config.identityTtl,
  )

  const tokens = new Tokens(markerTokens(databases))
  const store = new RedisTokenStore({
    url: config.redisUrl,
    log,
    onConnected: () => forgotten(),
    onSession: (subject) => introspection.forget(subject),
  })
  const freshness = new Freshness({
    store,
    tokens,
    applied: {
      monolith: new AppliedWatch(() => readApplierStates(databases.monolith)),
      service: new AppliedWatch(() => readApplierStates(databases.service)),
    },
    state: (domain) => inForce.state(domain),
    refresh: () => follower.refresh(),
    report: metrics.freshness,
    log,
    readMaxMs: config.freshMax,
    writeMaxMs: config.tokenMax,
  })

  const inFlight = new InFlight(() => {
    if (inForce.held.length === 0) return
    drain.check()
    follower.tell()
  })
  const drain = new Drain(
    inForce,
    inFlight,
    ({ epoch, domains, ms, requests }) => {
      metrics.drained(ms)
      log.info({ epoch, domains, durationMs: Math.round(ms), requests }, 'hold.drained')
    },
    (waitingFor) => log.warn({ epoch: inForce.epoch, waitingFor }, 'hold.slowDrain'),
  )
  const holdLog = new HoldLog()
  const holds = new HoldQueue(
    { count: config.holdCount, maxMs: config.holdMax, released, slotMs },
    (domains, outcome, ms) => {
      metrics.held(domains, outcome, ms)
      holdLog.add(domains, outcome, ms)
    },
  )
  const file = new TableFile(config.stateDir, log)
  const standing = () => {
    if (inForce.table === undefined) return undefined
    const left = drain.left()
    return { epoch: inForce.epoch, drained: Object.keys(left).length === 0, inFlight: left }
  }

  const usedFreshness = config.freshness ? freshness : undefined
  const delivery = new Delivery({
    inForce,
    inFlight,
    replicas,
    forwarder: config.forwarder === 'undici' ? undici : middleware,
    freshness: usedFreshness,
    introspection,
    announceSession: (subject) => store.announceSession(subject),
    sessionCookie: config.sessionCookie,
    maxBody: config.bodyMax,
    closing: () => closing,
  })
  const pipeline = new Pipeline({
    inForce,
    holds,
    isolated: () => follower.isolated,
    freshness: usedFreshness,
    introspection,
    signer: await openSigner(config.identityKey),
    delivery,
    retries: new Retries(config.connectMax, metrics),
    metrics,
  })
  const upgrades = new Upgrades({
    inForce,
    forwarder: middleware,
    replicas,
    introspection,
    sessionCookie: config.sessionCookie,
  })

  const server = createEdgeServer({
    pipeline,
    upgrades,
    metrics,
    sessionCookie: config.sessionCookie,
    parents: new Parents(config.identityKey),
    clients: new Clients({
      connections: config.clientConnections,
      perSecond: config.clientRate,
      burst: config.clientBurst,
    }),
    headersMs: config.headersMax,
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

  const ledger = new LedgerTables(ledgerDb, config.id, adminUrl)
  const follower = new Follower({
    inForce,
    ledger,
    file,
    standing,
    onIsolation: () => holds.update(),
    log,
    epochDelayMs: config.epochDelay,
  })
  const stream = new ControlStream({
    controlUrl: config.controlUrl,
    edgeId: config.id,
    token: config.edgeToken,
    edgeUrl: adminUrl,
    onTable: follower.onTable,
    onContact: follower.onContact,
    log,
  })
  const forgotten = (): void => freshness.storeForgot([...inForce.watched, ...inForce.held])
  let booted = false
  inForce.onChange((table) => {
    metrics.tableInForce(table)
    // The store may have been restarted while this edge was down.
    if (!booted) forgotten()
    booted = true
    holds.update()
  })
  metrics.watch({
    inFlight: (domain) => inFlight.of(domain),
    waiting: (domain) => holds.waitingFor(domain),
    silenceSeconds: () => follower.silence,
    storeUp: () => store.up,
  })

  store.start()
  life.add('store', () => store.stop())
  stream.start()
  follower.start(stream)
  life.add('follower', () => follower.stop())
  life.add('stream', () => stream.stop())

  const url = await listen(server, config.port, config.host)
  life.add('server', () => stopServer(server, config.stopMax))
  life.add('upgrades', () => upgrades.closeAll())
  life.add('notice', async () => {
    closing = true
    await sleep(noticeMs)
  })
  log.info({ url, adminUrl, edge: config.id }, 'edge.listening')
  return { url, adminUrl, stop: () => life.stop() }
}
