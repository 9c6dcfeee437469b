/**
 * The worker's configuration.
 *
 * @module
 */
import { count, list, millis, port, text, url } from '@matapalo/runtime'

export const workerConfig = {
  port: { env: 'CDC_PORT', parse: port, default: 8000, help: 'HTTP port of health, metrics, lag' },
  host: { env: 'CDC_HOST', parse: text, default: '127.0.0.1', help: 'address to listen on' },
  ledgerUrl: {
    env: 'LEDGER_URL',
    parse: url,
    help: 'mysql:// of the ledger, account ledger_reader',
  },
  monolithUrl: {
    env: 'MONOLITH_DB_URL',
    parse: url,
    help: "mysql:// of the monolith's server, account matapalo_applier",
  },
  servicesUrl: {
    env: 'SERVICES_DB_URL',
    parse: url,
    help: "mysql:// of the services' server, account matapalo_applier",
  },
  kafkaBrokers: { env: 'KAFKA_BROKERS', parse: list, help: 'host:port of Kafka, comma separated' },
  heartbeatMs: {
    env: 'CDC_HEARTBEAT_MS',
    parse: millis,
    default: 250,
    help: 'milliseconds between two markers on an idle domain',
  },
  maxAppliers: {
    env: 'CDC_MAX_APPLIERS',
    parse: count,
    default: 32,
    help: 'connections for appliers on each server: two per domain that this process may host',
  },
  logLevel: { env: 'LOG_LEVEL', parse: text, default: 'info', help: 'pino level' },
  applyDelayMs: {
    env: 'CDC_APPLY_DELAY_MS',
    parse: millis,
    default: 0,
    help: 'tests only: milliseconds that each batch is kept back',
  },
} as const
