/**
 * The service's application on a free port, in this process, every answer checked against the OpenAPI
 * document; and callers that the edge has identified.
 *
 * @module
 */
import type { Database } from '@bookshop/kit/database'
import { listen } from '@bookshop/kit/http/server'
import { identityReader } from '@bookshop/kit/identity'
import { shownIn } from '@bookshop/kit/instants'
import { createLog, silentLog } from '@bookshop/kit/log'
import { createApp } from '../src/app.ts'
import { shippedBotBook } from '../src/bot/book.ts'
import { createMetrics, type Metrics } from '../src/metrics.ts'
import type { Neighbours } from '../src/neighbours/at.ts'
import { newProvider, newSigner, type Provider } from './signer.ts'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // Tests know what they asked for.
  readonly json: Record<string, unknown>
}

export interface Person {
  readonly id: number
  readonly roles: readonly string[]
  readonly name?: string
}

export const customer = (id: number): Person => ({ id, roles: ['customer'] })
export const agent = (id: number, name = `Agent ${id}`): Person => ({ id, roles: ['agent'], name })
export const staff = (id: number, name = `Staff ${id}`): Person => ({ id, roles: ['staff'], name })

export interface Running {
  readonly url: string
  readonly metrics: Metrics
  readonly identity: (person: Person) => Promise<string>
  /** An access token of the identity provider, with these claims over those of a person. */
  readonly bearer: (claims: Readonly<Record<string, unknown>>) => Promise<string>
  /** Null is a call without identity. */
  ask(person: Person | null, method: string, path: string, body?: unknown): Promise<Answer>
  stop(): Promise<void>
}

export interface RunOptions extends Neighbours {
  readonly database: Database
  readonly now?: () => Date
  /** Whose bearer tokens are believed; a provider of the test's own when absent. */
  readonly believes?: Pick<Provider, 'issuer' | 'keys'>
}

export async function runApp({
  now = () => new Date(),
  believes,
  ...parts
}: RunOptions): Promise<Running> {
  const edge = await newSigner()
  const provider = await newProvider()
  const metrics = createMetrics()
  const app = createApp({
    ...parts,
    show: shownIn('America/Bogota'),
    now,
    timeZone: 'America/Bogota',
    bot: shippedBotBook(),
    readIdentity: identityReader({
      edge: { keys: edge.keys, audience: 'support' },
      provider: believes ?? { issuer: provider.issuer, keys: provider.keys },
    }),
    metrics,
    log: process.env.SHOW_LOG ? createLog('support', 'error') : silentLog,
    isStopping: () => false,
    validateResponses: true,
  })
  const server = await listen(app, '127.0.0.1', 0)
  const url = `http://127.0.0.1:${server.port}`
  const identity = ({ id, roles, name = 'Somebody' }: Person) =>
    edge.sign({ roles, sub: String(id), name })
  return {
    url,
    metrics,
    identity,
    bearer: provider.token,
    async ask(person, method, path, body) {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: {
          ...(person === null ? {} : { 'x-matapalo-identity': await identity(person) }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await response.text()
      const json = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
      return { status: response.status, headers: response.headers, text, json }
    },
    stop: () => server.stop(),
  }
}
