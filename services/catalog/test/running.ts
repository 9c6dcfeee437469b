/**
 * The service's application on a free port, in this process, every answer checked against the OpenAPI
 * document; and a caller that the edge has identified.
 *
 * @module
 */

import type { Database } from '@bookshop/kit/database'
import { listen } from '@bookshop/kit/http/server'
import { type IdentitySources, identityReader } from '@bookshop/kit/identity'
import { shownIn } from '@bookshop/kit/instants'
import { type Log, silentLog } from '@bookshop/kit/log'
import { newSigner } from '../../kit/test/signer.ts'
import { createApp } from '../src/app.ts'
import { listingsOver } from '../src/cache/listings.ts'
import { type CacheStore, noStore } from '../src/cache/store.ts'
import { createMetrics, type Metrics } from '../src/metrics.ts'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  // Tests know what they asked for.
  readonly json: Record<string, unknown>
}

export interface Running {
  readonly url: string
  readonly metrics: Metrics
  readonly identity: (...roles: readonly string[]) => Promise<string>
  /** Asks as somebody with this role; null is a call without identity. */
  ask(
    role: string | null,
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>
  stop(): Promise<void>
}

export async function runApp(
  database: Database,
  log: Log = silentLog,
  cache: (metrics: Metrics) => CacheStore = () => noStore,
  /** Whose bearer tokens are believed; nobody's when absent. */
  provider?: IdentitySources['provider'],
): Promise<Running> {
  const edge = await newSigner()
  const metrics = createMetrics()
  const store = cache(metrics)
  const app = createApp({
    database,
    show: shownIn('America/Bogota'),
    now: () => new Date(),
    listings: listingsOver({ database, store, metrics }),
    readIdentity: identityReader({ edge: { keys: edge.keys, audience: 'catalog' }, provider }),
    metrics,
    log,
    isStopping: () => false,
    validateResponses: true,
  })
  const server = await listen(app, '127.0.0.1', 0)
  const url = `http://127.0.0.1:${server.port}`
  const identity = (...roles: readonly string[]) => edge.sign({ roles, sub: '1' })
  return {
    url,
    metrics,
    identity,
    async ask(role, method, path, body, more = {}) {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: {
          ...(role === null ? {} : { 'x-matapalo-identity': await identity(role) }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...more,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await response.text()
      const json = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
      return { status: response.status, headers: response.headers, json }
    },
    async stop() {
      await Promise.all([server.stop(), store.stop()])
    },
  }
}
