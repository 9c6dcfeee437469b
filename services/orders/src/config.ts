/**
 * Configuration of the orders service: what every service is told, whom it asks, and how patient it is.
 *
 * @module
 */
import {
  type ConfigOf,
  commonSettings,
  httpUrl,
  list,
  readSettings,
  text,
  whole,
} from '@bookshop/kit/config'

const settings = {
  ...commonSettings('orders', 3103),
  catalogUrl: {
    env: 'CATALOG_URL',
    parse: httpUrl,
    fallback: 'http://127.0.0.1:3101',
    help: 'books and reservations: the catalog, or a door behind which somebody knows where it is',
  },
  usersUrl: {
    env: 'USERS_URL',
    parse: httpUrl,
    fallback: 'http://127.0.0.1:3102',
    help: 'the users service, asked who a buyer is',
  },
  tokenUrl: {
    env: 'TOKEN_URL',
    parse: httpUrl,
    optional: true,
    help: 'token endpoint of the identity provider, if not ISSUER/token',
  },
  clientId: {
    env: 'ORDERS_CLIENT_ID',
    parse: text,
    fallback: 'orders',
    help: 'how this service logs in as a program',
  },
  clientSecret: {
    env: 'ORDERS_CLIENT_SECRET',
    parse: text,
    optional: true,
    help: 'its secret; without it other services are asked without a token',
  },
  brokers: {
    env: 'KAFKA_BROKERS',
    parse: list,
    optional: true,
    help: 'host:port, …; without it no event is consumed',
  },
  callbackUrl: {
    env: 'CALLBACK_URL',
    parse: httpUrl,
    optional: true,
    help: 'where the simulated providers call back: the edge; this process itself when absent',
  },
  providerSecret: {
    env: 'PROVIDER_SECRET',
    parse: text,
    optional: true,
    help: 'signs the callbacks; needed by more than one process, random when absent',
  },
  callbackDelay: {
    env: 'ORDERS_CALLBACK_DELAY_MS',
    parse: whole,
    fallback: '2000',
    help: 'how long the simulated providers take to call back (2000 = two seconds)',
  },
  recoveryInterval: {
    env: 'ORDERS_RECOVERY_INTERVAL_MS',
    parse: whole,
    fallback: '1000',
    help: 'milliseconds between looks for unfinished work',
  },
  checkoutLimit: {
    env: 'ORDERS_CHECKOUT_LIMIT_MS',
    parse: whole,
    fallback: '30000',
    help: 'a checkout without an order that is older than this is given up (30000 = 30 seconds)',
  },
  claim: {
    env: 'ORDERS_CLAIM_MS',
    parse: whole,
    fallback: '45000',
    help: 'how long a process that says nothing more keeps a checkout to itself',
  },
  requestBudget: {
    env: 'ORDERS_REQUEST_BUDGET_MS',
    parse: whole,
    fallback: '12000',
    help: 'for all that a request asks of others (12000: longer than they may be held while they move); less where customers had rather try again',
  },
  patience: {
    env: 'ORDERS_PATIENCE_MS',
    parse: whole,
    fallback: '15000',
    help: 'how long the recovery asks another service again: longer than it may be held while it moves',
  },
  paymentTimeout: {
    env: 'ORDERS_PAYMENT_TIMEOUT_MS',
    parse: whole,
    fallback: '2000',
    help: 'how long the payment provider may take before the order waits for its callback',
  },
  paymentDeadline: {
    env: 'ORDERS_PAYMENT_DEADLINE_MS',
    parse: whole,
    fallback: '600000',
    help: 'an order whose payment is unknown for so long is cancelled (600000 = ten minutes)',
  },
  instance: {
    env: 'INSTANCE',
    parse: text,
    optional: true,
    help: 'name of this process among its replicas, the same after a restart; host:port when absent',
  },
} as const

export type OrdersConfig = ConfigOf<typeof settings>

/** Throws one Error that lists every problem by variable name. */
export const readConfig = (env: Readonly<Record<string, string | undefined>>): OrdersConfig =>
  readSettings(settings, env)
