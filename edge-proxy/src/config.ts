/**
 * Everything an edge can be told, read once from the environment.
 *
 * @module
 */
import { hostname } from 'node:os'
import { type Config, count, flag, millis, port, type Settings, text, url } from '@matapalo/runtime'
import { Balancers } from './balancers.ts'
import { TestFaultRefused } from './errors.ts'
import { identitySettings } from './identity/settings.ts'
import { shadowSettings } from './shadow/settings.ts'
import { tlsSettings } from './tls/settings.ts'

const forwarder = (value: string): 'undici' | 'middleware' => {
  if (value === 'undici' || value === 'middleware') return value
  throw new Error('expected undici or middleware')
}

/** Reading them says what is wrong with them. */
const networks = (value: string): string => {
  new Balancers(value)
  return value
}

export const edgeSettings = {
  id: {
    env: 'EDGE_ID',
    parse: text,
    default: hostname(),
    help: 'name of this edge in the ledger; unique per replica',
  },
  host: { env: 'EDGE_HOST', parse: text, default: '127.0.0.1', help: 'address to listen on' },
  port: { env: 'EDGE_PORT', parse: port, default: 8080, help: 'HTTP listen port' },
  adminPort: {
    env: 'EDGE_ADMIN_PORT',
    parse: port,
    default: 8081,
    help: 'port of /healthz, /readyz, /metrics',
  },
  controlUrl: { env: 'CONTROL_URL', parse: url, help: 'base URL of the control plane' },
  edgeToken: { env: 'MATAPALO_EDGE_TOKEN', parse: text, help: 'bearer token of edges' },
  ledgerUrl: { env: 'LEDGER_URL', parse: url, help: 'ledger database, account ledger_reader' },
  monolithDbUrl: {
    env: 'MONOLITH_DB_URL',
    parse: url,
    help: "toolkit schema on the monolith's server, account matapalo_edge",
  },
  servicesDbUrl: {
    env: 'SERVICES_DB_URL',
    parse: url,
    help: "toolkit schema on the services' server, account matapalo_edge",
  },
  redisUrl: { env: 'REDIS_URL', parse: url, help: 'store of tokens that all edges share' },
  stateDir: {
    env: 'EDGE_STATE_DIR',
    parse: text,
    help: 'directory of the last route table, for a boot while nothing answers',
  },
  ...identitySettings,
  ...tlsSettings,
  ...shadowSettings,
  holdMax: {
    env: 'EDGE_HOLD_MAX_MS',
    parse: millis,
    default: 10_000,
    help: 'longest a request may wait at a transfer, ms',
  },
  holdCount: {
    env: 'EDGE_HOLD_COUNT',
    parse: count,
    default: 10_000,
    help: 'most requests that may wait at a transfer; more are answered 503',
  },
  freshMax: {
    env: 'EDGE_FRESH_MAX_MS',
    parse: millis,
    default: 20_000,
    help: 'longest a read waits for its own writes, ms (20000: longer than Kafka needs to restart); shorter where stale pages are better than slow ones',
  },
  tokenMax: {
    env: 'EDGE_TOKEN_MAX_MS',
    parse: millis,
    default: 5_000,
    help: "longest a write's answer waits for its token, ms",
  },
  connectMax: {
    env: 'EDGE_CONNECT_MAX_MS',
    parse: millis,
    default: 5_000,
    help: 'longest an unsent request waits for an upstream that refuses connections, ms',
  },
  upstreamMax: {
    env: 'EDGE_UPSTREAM_MAX_MS',
    parse: millis,
    default: 60_000,
    help: "longest an upstream may take to its answer's head, ms",
  },
  headersMax: {
    env: 'EDGE_HEADERS_MAX_MS',
    parse: millis,
    default: 10_000,
    help: "longest a client may take to its request's head, ms; then 408",
  },
  healthPath: {
    env: 'EDGE_HEALTH_PATH',
    parse: (value: string): string => value,
    default: '',
    help: 'path that every replica of an upstream with several is asked for each 5 s; empty: not asked',
  },
  upstreamRequests: {
    env: 'EDGE_UPSTREAM_REQUESTS',
    parse: count,
    default: 4_096,
    help: 'most requests that a replica may have at a time, waiting ones too; more are answered 503',
  },
  upstreamConnections: {
    env: 'EDGE_UPSTREAM_CONNECTIONS',
    parse: count,
    default: 256,
    help: 'most connections to a replica; as many as it has workers, where each of those serves one',
  },
  lineMax: {
    env: 'EDGE_LINE_MAX_MS',
    parse: millis,
    default: 5_000,
    help: 'longest a request waits for a connection to its upstream, ms; then 503',
  },
  silenceMax: {
    env: 'EDGE_SILENCE_MAX_MS',
    parse: millis,
    default: 300_000,
    help: 'longest an upstream may be silent within an answer, ms (300000: five minutes); event streams may be for ever',
  },
  upstreamSockets: {
    env: 'EDGE_UPSTREAM_SOCKETS',
    parse: count,
    default: 10_000,
    help: 'most WebSockets that a replica may have at a time; more are answered 503',
  },
  socketIdleMax: {
    env: 'EDGE_SOCKET_IDLE_MS',
    parse: millis,
    default: 0,
    help: 'longest a WebSocket may be silent both ways, ms, then it is closed with 1001; 0: for ever; set it where clients vanish without a word and applications send no pings',
  },
  bodyMax: {
    env: 'EDGE_BODY_MAX_BYTES',
    parse: count,
    default: 1_073_741_824,
    help: "most octets of a request's content where its route has no `maxBody`; more are answered 413",
  },
  clientConnections: {
    env: 'EDGE_CLIENT_CONNECTIONS',
    parse: count,
    default: 2_000,
    help: 'most connections of one address; 0 behind a load balancer that hides addresses',
  },
  balancers: {
    env: 'EDGE_BALANCERS',
    parse: networks,
    default: '',
    help: 'addresses or networks (10.0.0.0/8), comma-separated, of HTTP balancers in front, whose X-Forwarded-For and X-Forwarded-Proto are believed; they must set both themselves',
  },
  clientRate: {
    env: 'EDGE_CLIENT_RATE',
    parse: count,
    default: 0,
    help: 'requests of one address a second, over time; more are answered 429; 0: no limit',
  },
  credentialRate: {
    env: 'EDGE_CREDENTIAL_RATE',
    parse: count,
    default: 0,
    help: 'requests a second of one session or bearer token, over time; more are answered 429; 0: no limit',
  },
  credentialBurst: {
    env: 'EDGE_CREDENTIAL_BURST',
    parse: count,
    default: 100,
    help: 'requests of one session or token that may come at once where there is a rate',
  },
  readerMax: {
    env: 'EDGE_READER_MAX_MS',
    parse: millis,
    default: 60_000,
    help: 'longest a client may take nothing of an answer that waits for it, ms; then it is cut off',
  },
  clientBurst: {
    env: 'EDGE_CLIENT_BURST',
    parse: count,
    default: 200,
    help: 'requests of one address that may come at once where there is a rate',
  },
  stopMax: {
    env: 'EDGE_STOP_MAX_MS',
    parse: millis,
    default: 10_000,
    help: 'longest a graceful stop waits for requests, ms',
  },
  forwarder: {
    env: 'EDGE_FORWARDER',
    parse: forwarder,
    default: 'undici' as 'undici' | 'middleware',
    help: 'what carries plain requests: undici, or http-proxy-middleware for everything',
  },
  logLevel: { env: 'LOG_LEVEL', parse: text, default: 'info', help: 'pino level' },
  testFaults: {
    env: 'MATAPALO_TEST_FAULTS',
    parse: flag,
    default: false,
    help: 'test only: allows the fault settings below',
  },
  epochDelay: {
    env: 'EDGE_EPOCH_DELAY_MS',
    parse: millis,
    default: 0,
    help: 'test only: a new epoch comes into force this much later, ms',
  },
  freshness: {
    env: 'EDGE_FRESHNESS',
    parse: flag,
    default: true,
    help: 'test only: off leaves own reads to luck',
  },
} as const satisfies Settings

export type EdgeConfig = Config<typeof edgeSettings>

/** @throws TestFaultRefused for a fault setting outside a test */
export function refuseFaults(config: EdgeConfig): EdgeConfig {
  if (config.testFaults) return config
  if (config.epochDelay > 0) throw new TestFaultRefused(edgeSettings.epochDelay.env)
  if (!config.freshness) throw new TestFaultRefused(edgeSettings.freshness.env)
  return config
}
