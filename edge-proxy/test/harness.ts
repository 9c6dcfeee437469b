/**
 * An edge without its surroundings: the real server, pipeline and forwarders, with a table that the
 * test sets and fakes of our own ports for the rest.
 */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { DomainState, RouteRule, RouteTable } from '@matapalo/core'
import { createLog, silentLog, sleep } from '@matapalo/runtime'
import { Balancers } from '../src/balancers.ts'
import { Delivery } from '../src/delivery.ts'
import { Fallback } from '../src/fallback.ts'
import type { Forwarder } from '../src/forward/forward.ts'
import { MiddlewareForwarder } from '../src/forward/middleware.ts'
import { UndiciForwarder } from '../src/forward/undici.ts'
import type { Freshness } from '../src/freshness/freshness.ts'
import { HoldQueue } from '../src/hold/holdQueue.ts'
import { InFlight } from '../src/hold/inFlight.ts'
import { Callers, type TokenParts } from '../src/identity/callers.ts'
import { type Identity, Introspection } from '../src/identity/introspection.ts'
import { Parents } from '../src/identity/parent.ts'
import { type ClientLimits, Clients } from '../src/limits/clients.ts'
import { Readers } from '../src/limits/readers.ts'
import { type RateLimit, RequestRate } from '../src/limits/requestRate.ts'
import { createMetrics, type EdgeMetrics } from '../src/metrics.ts'
import { Pipeline } from '../src/pipeline.ts'
import { Retries } from '../src/retries.ts'
import { createEdgeServer, type EdgeServerParts, stopServer } from '../src/server.ts'
import type { Barrier } from '../src/shadow/barrier.ts'
import { Canary } from '../src/shadow/canary.ts'
import { shadowMetrics } from '../src/shadow/metrics.ts'
import { Shadow } from '../src/shadow/shadow.ts'
import { Tallies } from '../src/shadow/tallies.ts'
import { Testers } from '../src/shadow/testers.ts'
import { TableInForce } from '../src/tableInForce.ts'
import { Certificate } from '../src/tls/certificate.ts'
import type { TlsFiles } from '../src/tls/settings.ts'
import { Upgrades } from '../src/upgrades.ts'
import { Replicas, type ReplicasOptions } from '../src/upstreams/replicas.ts'

export async function listen(server: Server, port = 0): Promise<string> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

export interface Upstream {
  readonly url: string
  stop(): Promise<void>
}

export async function upstream(listener: RequestListener, port = 0): Promise<Upstream> {
  const server = createServer({ keepAliveTimeout: 60_000 }, listener)
  const url = await listen(server, port)
  return {
    url,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export const catalog: DomainState = {
  domain: 'catalog',
  phase: 'backfill',
  owner: 'monolith',
  term: 1,
  hold: false,
  service: 'catalog',
}

const rule = (id: string, rest: Omit<RouteRule, 'id'>): RouteRule => ({ id, ...rest })

/** Catalog's reads and writes, a page of the monolith that reads catalog, and the rest. */
export const routes: readonly RouteRule[] = [
  rule('read', {
    domain: 'catalog',
    methods: ['GET', 'HEAD'],
    path: '/api/books/*',
    access: 'read',
    declared: true,
    writes: [],
    reads: ['catalog'],
  }),
  rule('write', {
    domain: 'catalog',
    methods: ['PUT', 'POST', 'DELETE'],
    path: '/api/books/*',
    access: 'write',
    writes: ['catalog'],
    reads: ['catalog'],
  }),
  rule('staff', {
    domain: 'catalog',
    methods: ['*'],
    path: '/api/staff/*',
    roles: ['staff'],
    writes: [],
    reads: [],
  }),
  rule('page', {
    domain: null,
    methods: ['GET'],
    path: '/books/*',
    access: 'read',
    declared: true,
    writes: [],
    reads: ['catalog'],
  }),
  rule('rest', { domain: null, methods: ['*'], path: '/*', writes: [], reads: [] }),
]

export interface TestEdge {
  readonly url: string
  readonly inForce: TableInForce
  readonly inFlight: InFlight
  readonly holds: HoldQueue
  readonly asked: string[]
  readonly shadow: Shadow
  readonly tallies: Tallies
  readonly metrics: EdgeMetrics
  /** Messages whose head has been read so far. */
  messages(): number
  /** The same over TLS, when asked for. */
  readonly secureUrl: string | undefined
  /** What was said of the certificate files last. */
  readonly certificate: { readonly good: boolean } | undefined
  /** Puts the next epoch in force. */
  next(change: Partial<DomainState>): RouteTable
  setIsolated(isolated: boolean): void
  /** As the process does: answers close their connections, sockets end, requests may finish. */
  stopGracefully(noticeMs: number, limitMs: number): Promise<void>
  stop(): Promise<void>
}

export interface TestEdgeOptions {
  readonly tls?: {
    readonly files: TlsFiles
    readonly hsts: number
    readonly redirect: number | undefined
    readonly everyMs: number
    readonly handshakeMs?: number
  }
  /** Authorities of https upstreams. */
  readonly upstreamCa?: string
  readonly readerMs?: number
  /** Longest that a WebSocket may be silent. */
  readonly idleMs?: number
  readonly replicas?: ReplicasOptions
  readonly credentials?: RateLimit
  /** One replica, or several. */
  readonly monolith: string | readonly string[]
  readonly service?: string
  readonly forwarder?: 'undici' | 'middleware'
  readonly freshness?: Freshness
  readonly holdMaxMs?: number
  readonly holdCount?: number
  readonly released?: number
  readonly slotMs?: number
  readonly connectMaxMs?: number
  readonly upstreamMaxMs?: number
  readonly maxBody?: number
  readonly headersMs?: number
  readonly clients?: Partial<ClientLimits>
  readonly balancers?: string
  /** Most connections to a replica. */
  readonly connections?: number
  readonly lineMs?: number
  readonly silenceMs?: number
  readonly sessions?: Readonly<Record<string, Identity>>
  /** Judges bearer tokens; else they pass untouched. */
  readonly tokens?: TokenParts | undefined
  /** Before the others. */
  readonly routes?: readonly RouteRule[]
  readonly domain?: Partial<DomainState>
  readonly barrier?: Barrier
  /** Verifies testers' headers; else each is refused. */
  readonly testerKey?: string | undefined
  readonly shadow?: {
    readonly concurrency?: number
    readonly maxBody?: number
    readonly lookMs?: number
  }
}

export async function testEdge(options: TestEdgeOptions): Promise<TestEdge> {
  const inForce = new TableInForce()
  let isolated = false
  let closing = false
  const inFlight = new InFlight()
  const holds = new HoldQueue({
    count: options.holdCount ?? 100,
    maxMs: options.holdMaxMs ?? 5_000,
    released: options.released ?? 8,
    slotMs: options.slotMs ?? 25,
  })
  const { connections = 256, silenceMs, upstreamCa: ca } = options
  const engine = { headMs: options.upstreamMaxMs ?? 5_000, connections, silenceMs, ca }
  const undici = new UndiciForwarder(engine)
  const middleware = new MiddlewareForwarder(engine)
  const forwarder: Forwarder = options.forwarder === 'middleware' ? middleware : undici
  const metrics = createMetrics('test')
  const asked: string[] = []
  const introspection = new Introspection(async (session) => {
    asked.push(session)
    return options.sessions?.[session] ?? null
  }, 60_000)
  const callers = new Callers({
    introspection,
    signer: { sign: async (identity, audience) => `${identity.id}@${audience}` },
    tokens: options.tokens,
  })
  const replicas = new Replicas({ room: { connections }, ...options.replicas })
  const looker = new UndiciForwarder({ ...engine, connections: 4 })
  const tallies = new Tallies()
  const shadowed = shadowMetrics(metrics.registry, {
    waiting: () => shadow.waiting,
    running: () => shadow.running,
    octets: () => shadow.octets,
    table: () => inForce.table,
  })
  const shadow = new Shadow({
    ...{ inForce, callers, replicas, looker, tallies },
    barrier: options.barrier ?? (async () => true),
    metrics: shadowed,
    digest: (text) => createHash('sha256').update(text).digest('hex').slice(0, 8),
    log: silentLog,
    concurrency: options.shadow?.concurrency ?? 4,
    maxBody: options.shadow?.maxBody ?? 262_144,
    lookMs: options.shadow?.lookMs ?? 5_000,
  })
  const canary = new Canary(shadowed.canary)
  const testers = new Testers(options.testerKey)
  const upgrades = new Upgrades({ inForce, metrics, idleMs: options.idleMs ?? 0 })
  const delivery = new Delivery({
    inForce,
    inFlight,
    replicas,
    forwarder,
    candidates: undici,
    upgrader: middleware,
    upgrades,
    shadow,
    freshness: options.freshness,
    sessionChanged: (subject) => callers.forget(subject),
    sessionCookie: 'sid',
    maxBody: options.maxBody ?? 2 ** 30,
    lineMs: options.lineMs ?? 5_000,
    closing: () => closing,
  })
  const pipeline = new Pipeline({
    inForce,
    holds,
    isolated: () => isolated,
    freshness: options.freshness,
    callers,
    delivery,
    retries: new Retries(options.connectMaxMs ?? 2_000, metrics),
    canary,
    testers,
    fallback: new Fallback(options.freshness !== undefined, metrics),
    metrics,
    credentialRate: new RequestRate(options.credentials ?? { perSecond: 0, burst: 1 }),
  })
  let state: DomainState = { ...catalog, ...options.domain }
  const upstreams = {
    monolith: typeof options.monolith === 'string' ? [options.monolith] : options.monolith,
    catalog: [options.service ?? 'http://127.0.0.1:9'],
  }
  const next = (change: Partial<DomainState>): RouteTable => {
    state = { ...state, ...change }
    const rules = [...(options.routes ?? []), ...routes]
    const epoch = inForce.epoch + 1
    const table = { epoch, domains: [state], routes: rules, upstreams, sessions: null }
    inForce.apply(table)
    return table
  }
  inForce.onChange(() => holds.update())
  next({})
  const readers = new Readers(options.readerMs ?? 60_000)
  const parts = {
    pipeline,
    readers,
    upgrades,
    metrics,
    sessionCookie: 'sid',
    parents: new Parents('secret'),
    balancers: new Balancers(options.balancers ?? ''),
    clients: new Clients({ connections: 0, perSecond: 0, burst: 1, ...options.clients }),
    headersMs: options.headersMs ?? 10_000,
  }
  const server = createEdgeServer({ ...parts, redirect: options.tls?.redirect })
  let messages = 0
  server.prependListener('request', () => {
    messages += 1
  })
  const url = await listen(server)
  let certificate: TestEdge['certificate']
  const secure = await startSecure(parts, options.tls, (state) => {
    certificate = state
  })
  return {
    url,
    inForce,
    inFlight,
    holds,
    asked,
    shadow,
    tallies,
    metrics,
    messages: () => messages,
    secureUrl: secure?.url,
    get certificate() {
      return certificate
    },
    next,
    setIsolated: (value) => {
      isolated = value
      holds.update()
    },
    stopGracefully: async (noticeMs, limitMs) => {
      closing = true
      await sleep(noticeMs)
      upgrades.closeAll()
      await stopServer(server, limitMs)
    },
    stop: async () => {
      server.closeAllConnections()
      upgrades.closeAll()
      await stopServer(server, 100)
      await secure?.stop()
      readers.stop()
      shadow.stop()
      await looker.close()
      await undici.close()
      await middleware.close()
    },
  }
}

/** As `wiring/listening.ts` does it, with files that are looked at more often. */
async function startSecure(
  parts: EdgeServerParts,
  tls: TestEdgeOptions['tls'],
  report: (state: { readonly good: boolean }) => void,
): Promise<{ readonly url: string; stop(): Promise<void> } | undefined> {
  if (tls === undefined) return undefined
  const { files, hsts, redirect, everyMs, handshakeMs } = tls
  const certificate = new Certificate({ files, log: createLog('test', 'silent'), report, everyMs })
  const options = {
    ...(await certificate.load()),
    ...(files.clientCa === undefined ? {} : { requestCert: true, rejectUnauthorized: true }),
    ...(handshakeMs === undefined ? {} : { handshakeTimeout: handshakeMs }),
  }
  const answers = { hsts, onlyTls: redirect !== undefined }
  const server = createEdgeServer({ ...parts, tls: { options, answers } })
  const url = (await listen(server)).replace('http:', 'https:')
  certificate.watch((context) => server.setSecureContext(context))
  return {
    url,
    stop: async () => {
      certificate.stop()
      server.closeAllConnections()
      await stopServer(server, 100)
    },
  }
}
