/**
 * Wires the service from its configuration, and starts it.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import { type ClientOptions, serviceClient } from '@bookshop/kit/client'
import { clientCredentials } from '@bookshop/kit/credentials'
import { openDatabase } from '@bookshop/kit/database'
import { identityReader, providerOf } from '@bookshop/kit/identity'
import { shownIn } from '@bookshop/kit/instants'
import { createLog, type Log } from '@bookshop/kit/log'
import { runService, type Stoppable, stopSwitch } from '@bookshop/kit/process'
import { createApp } from './app.ts'
import { catalogOver } from './catalog/client.ts'
import { releaseAll } from './checkout/claim.ts'
import { startRecovery } from './checkout/recovery.ts'
import type { OrdersConfig } from './config.ts'
import { followUsers } from './events/userEvents.ts'
import { createMetrics } from './metrics.ts'
import { simulatedPayments } from './payments/simulated.ts'
import { startDeliveries } from './providers/callbacks.ts'
import { startRetention } from './retention.ts'
import { simulatedParcels } from './shipping/simulated.ts'
import type { Shop } from './shop.ts'
import { usersOver } from './users/client.ts'

const deliveryIntervalMs = 250
/** Longer than a moving service holds a request (10 s at most). */
const callTimeoutMs = 12_000

/** How this service logs in at the others; nothing when it has no secret. */
function login(config: OrdersConfig): Pick<ClientOptions, 'token'> {
  const { clientId, clientSecret, issuer } = config
  const tokenUrl = config.tokenUrl ?? (issuer === undefined ? undefined : `${issuer}/token`)
  if (clientSecret === undefined || tokenUrl === undefined) return {}
  const scope = 'users:read catalog:reserve'
  return { token: clientCredentials({ tokenUrl, clientId, clientSecret, scope }) }
}

/** A broker that is away keeps nobody from buying: the consumer starts when it answers. */
function startEvents(config: OrdersConfig, shop: Shop): Stoppable {
  const { brokers } = config
  if (brokers === undefined) return { stop: async () => {} }
  const { database, log } = shop
  return followUsers({ brokers, database, log })
}

export interface StartOptions {
  readonly config: OrdersConfig
  readonly log?: Log
  /** See `Shop.reached`. */
  readonly reached?: (point: string) => void
}

export async function startOrders(options: StartOptions): Promise<void> {
  const { config, reached = () => {} } = options
  const log = options.log ?? createLog('orders', config.logLevel)
  const database = openDatabase(config.database, config.poolSize, log)
  const life = stopSwitch()
  const metrics = createMetrics()
  const own = `http://${config.host}:${config.port}`
  const providerSecret = config.providerSecret ?? randomBytes(32).toString('hex')
  const calls = { timeoutMs: callTimeoutMs, ...login(config) }
  const simulation = { database, callbackDelayMs: config.callbackDelay }
  const shop: Shop = {
    database,
    show: shownIn(config.timeZone),
    now: () => new Date(),
    catalog: catalogOver(
      serviceClient({ service: 'catalog', url: config.catalogUrl, ...calls }),
      config.patience,
    ),
    users: usersOver(
      serviceClient({ service: 'users', url: config.usersUrl, ...calls }),
      config.patience,
    ),
    payments: simulatedPayments(simulation),
    parcels: simulatedParcels(simulation),
    patience: config,
    instance: config.instance ?? `${config.host}:${config.port}`,
    metrics,
    log,
    reached,
  }
  const app = createApp({
    ...shop,
    readIdentity: identityReader({
      edge: { keys: config.identityKeys, audience: 'orders' },
      provider: providerOf(config),
    }),
    isStopping: life.isStopping,
    validateResponses: false,
    providerSecret,
  })
  const url = () => config.callbackUrl ?? own
  await releaseAll(database, shop.instance).catch((error: unknown) => {
    log.warn({ err: error }, 'claims.kept')
  })
  await runService({
    app,
    host: config.host,
    port: config.port,
    log,
    life,
    database,
    background: () => [
      startRecovery(shop, config.recoveryInterval),
      startDeliveries({ database, url, secret: providerSecret, log }, deliveryIntervalMs),
      startEvents(config, shop),
      startRetention(database, log),
    ],
  })
}
