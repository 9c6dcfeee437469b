/**
 * The service's application on a free port, in this process, every answer checked against the OpenAPI
 * document; its loops stand still, a test runs them by hand.
 *
 * @module
 */
import type { Database } from '@bookshop/kit/database'
import { listen } from '@bookshop/kit/http/server'
import { identityReader } from '@bookshop/kit/identity'
import { shownIn } from '@bookshop/kit/instants'
import { createLog, silentLog } from '@bookshop/kit/log'
import { createApp } from '../src/app.ts'
import type { Catalog } from '../src/catalog/client.ts'
import { createMetrics } from '../src/metrics.ts'
import { simulatedPayments } from '../src/payments/simulated.ts'
import { deliverDue } from '../src/providers/callbacks.ts'
import { signatureHeader, signatureOf } from '../src/providers/signature.ts'
import { simulatedParcels } from '../src/shipping/simulated.ts'
import type { Shop } from '../src/shop.ts'
import type { Users } from '../src/users/client.ts'
import { newProvider, newSigner, type Provider } from './signer.ts'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** Tests know what they asked for. */
  readonly json: ReturnType<typeof JSON.parse>
}

export interface Person {
  readonly id: number
  readonly roles: readonly string[]
}

export const customer = (id: number): Person => ({ id, roles: ['customer'] })
export const staff = (id: number): Person => ({ id, roles: ['staff'] })

export interface Running {
  readonly url: string
  readonly shop: Shop
  readonly provider: Provider
  identity(person: Person): Promise<string>
  ask(
    who: Person | null,
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>
  /** As a provider calls back. */
  callback(path: string, body: object, secret?: string): Promise<Answer>
  /** Delivers the simulated providers' callbacks that are due. */
  deliver(): Promise<number>
  stop(): Promise<void>
}

export interface RunOptions {
  readonly database: Database
  readonly catalog: Catalog
  readonly users?: Users
  readonly shop?: Partial<Shop>
  readonly callbackDelayMs?: number
  /** Whose bearer tokens are believed; a provider of the test's own when absent. */
  readonly believes?: Pick<Provider, 'issuer' | 'keys'>
}

export const secret = 'test secret'

export async function runApp(options: RunOptions): Promise<Running> {
  const { database, callbackDelayMs = 0 } = options
  const edge = await newSigner()
  const provider = await newProvider()
  const log = process.env.SHOW_LOG ? createLog('orders', 'debug') : silentLog
  const shop: Shop = {
    database,
    show: shownIn('America/Bogota'),
    now: () => new Date(),
    catalog: options.catalog,
    users: options.users ?? { mayBuy: async () => true },
    payments: simulatedPayments({ database, callbackDelayMs }),
    parcels: simulatedParcels({ database, callbackDelayMs }),
    patience: {
      requestBudget: 12_000,
      checkoutLimit: 5000,
      claim: 5000,
      paymentTimeout: 50,
      paymentDeadline: 600_000,
    },
    instance: `test-${process.pid}`,
    metrics: createMetrics(),
    log,
    reached: () => {},
    ...options.shop,
  }
  const app = createApp({
    ...shop,
    readIdentity: identityReader({
      edge: { keys: edge.keys, audience: 'orders' },
      provider: options.believes ?? { issuer: provider.issuer, keys: provider.keys },
    }),
    isStopping: () => false,
    validateResponses: true,
    providerSecret: secret,
  })
  const server = await listen(app, '127.0.0.1', 0)
  const url = `http://127.0.0.1:${server.port}`
  const identity = ({ id, roles }: Person) => edge.sign({ roles, sub: String(id) })
  const send = async (
    method: string,
    path: string,
    body: unknown,
    headers: Readonly<Record<string, string>>,
  ): Promise<Answer> => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...headers,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      json: text === '' ? null : JSON.parse(text),
    }
  }
  return {
    url,
    shop,
    provider,
    identity,
    async ask(who, method, path, body, headers = {}) {
      const own = who === null ? {} : { 'x-matapalo-identity': await identity(who) }
      return send(method, path, body, { ...own, ...headers })
    },
    callback: (path, body, by = secret) =>
      send('POST', path, body, { [signatureHeader]: signatureOf(by, body) }),
    deliver: () => deliverDue({ database, url: () => url, secret, log }),
    stop: () => server.stop(),
  }
}

export const address = {
  name: 'Ana García',
  street: 'Calle 1',
  city: 'Bogotá',
  postcode: '110111',
  country: 'CO',
}

/** A checkout's body. */
export const orderBody = (reference: string, cardLast4 = '4242', more: object = {}) => ({
  reference,
  shipping: address,
  payment: { method: 'card', card_last4: cardLast4 },
  ...more,
})
