/** The control plane's settings. Nothing else in this process reads the environment. */
import { flag, list, millis, port, text, url } from '@matapalo/runtime'
import { noFaults, parseFaults } from './faults.ts'

export const controlConfig = {
  port: { env: 'CONTROL_PORT', parse: port, default: 8090, help: 'HTTP listen port, on loopback' },
  host: { env: 'CONTROL_HOST', parse: text, default: '127.0.0.1', help: 'HTTP listen address' },
  operatorToken: { env: 'MATAPALO_OPERATOR_TOKEN', parse: text, help: 'bearer token of operators' },
  edgeToken: { env: 'MATAPALO_EDGE_TOKEN', parse: text, help: 'bearer token of edges' },
  ledger: { env: 'LEDGER_URL', parse: url, help: 'mysql:// URL of the ledger, account ledger' },
  monolithDb: {
    env: 'MONOLITH_DB_URL',
    parse: url,
    help: 'mysql:// URL of the monolith server, account matapalo_conductor',
  },
  servicesDb: {
    env: 'SERVICES_DB_URL',
    parse: url,
    help: 'mysql:// URL of the services server, account matapalo_conductor',
  },
  connect: { env: 'CONNECT_URL', parse: url, help: 'Kafka Connect REST API' },
  brokers: { env: 'KAFKA_BROKERS', parse: list, help: 'host:port, comma separated' },
  feedMonolithHost: {
    env: 'FEED_MONOLITH_HOST',
    parse: text,
    help: 'monolith server, as Connect reaches it',
  },
  feedMonolithPort: { env: 'FEED_MONOLITH_PORT', parse: port, help: 'its port' },
  feedMonolithUser: { env: 'FEED_MONOLITH_USER', parse: text, help: 'account matapalo_feed there' },
  feedMonolithPassword: { env: 'FEED_MONOLITH_PASSWORD', parse: text, help: 'its password' },
  feedServicesHost: {
    env: 'FEED_SERVICES_HOST',
    parse: text,
    help: 'services server, as Connect reaches it',
  },
  feedServicesPort: { env: 'FEED_SERVICES_PORT', parse: port, help: 'its port' },
  feedServicesUser: { env: 'FEED_SERVICES_USER', parse: text, help: 'account matapalo_feed there' },
  feedServicesPassword: { env: 'FEED_SERVICES_PASSWORD', parse: text, help: 'its password' },
  feedPoll: {
    env: 'FEED_POLL_MS',
    parse: millis,
    default: 30,
    help: 'how long connectors gather changes, ms: half of it is lag, and each time is a transaction of Kafka; shorter where processors are idle',
  },
  cdc: {
    env: 'CDC_URL',
    parse: (value: string): URL | null => url(value),
    default: null,
    help: 'base URL of the cdc worker, for lag figures; absent: lag is read off applier states',
  },
  project: {
    env: 'CONTROL_PROJECT',
    parse: text,
    default: '',
    help: 'project file to register at boot when the ledger knows none',
  },
  logLevel: { env: 'LOG_LEVEL', parse: text, default: 'info', help: 'pino level' },
  testFaults: {
    env: 'MATAPALO_TEST_FAULTS',
    parse: flag,
    default: false,
    help: 'allows CONTROL_FAULTS; for tests only',
  },
  faults: {
    env: 'CONTROL_FAULTS',
    parse: parseFaults,
    default: noFaults,
    help: 'JSON of faults; for tests only',
  },
}

/** Values for the `${NAME}`s of the project file: places only, nothing that may hold a password. */
export const projectVariables = (
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> => {
  const places = Object.entries(env).filter(
    ([name, value]) =>
      /_(HOST|PORT)$/.test(name) || (name.endsWith('_URL') && /^https?:/.test(value ?? '')),
  )
  return Object.fromEntries(places.map(([name, value]) => [name, value ?? '']))
}
