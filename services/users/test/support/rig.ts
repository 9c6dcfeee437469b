/**
 * The service on a free port, in this process, on a schema of its own; every answer is checked against
 * the OpenAPI document. Mails are kept, the clock can be moved.
 *
 * @module
 */
import { type Database, openDatabase } from '@bookshop/kit/database'
import { listen } from '@bookshop/kit/http/server'
import { type Log, silentLog } from '@bookshop/kit/log'
import { down, up } from '../../../../migrations/users/001_users.ts'
import { sharedStack } from '../../../../scripts/src/stack/testing.ts'
import { newSigner, type Signer } from '../../../kit/test/signer.ts'
import { createApp, type UsersApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import type { Letter } from '../../src/mail/mail.ts'
import { createMetrics } from '../../src/metrics.ts'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  // Tests know what they asked for.
  readonly json: Record<string, unknown>
}

export interface Asking {
  readonly cookie?: string
  readonly bearer?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface Rig {
  readonly url: string
  readonly issuer: string
  readonly database: Database
  readonly app: UsersApp
  readonly edge: Signer
  readonly letters: Letter[]
  readonly clock: { now: Date | null }
  /** A full folder takes no letter. */
  readonly mailbox: { full: boolean }
  ask(method: string, path: string, body?: unknown, as?: Asking): Promise<Answer>
  /** @returns the cookie */
  login(email: string, password: string): Promise<string>
  register(email: string, password?: string): Promise<{ id: number; cookie: string }>
  grant(userId: number, role: string): Promise<void>
  /** A second copy of the service on the same database. @returns its URL */
  twin(): Promise<{ readonly url: string; stop(): Promise<void> }>
  stop(): Promise<void>
}

/** What every rig seals and signs with. */
export const rigSecret = Buffer.alloc(32, 7)

let schemas = 0

/** A schema of the calling suite's own on the shared server. */
export async function freshSchema(): Promise<{ url: URL; drop: () => Promise<void> }> {
  const { urls } = await sharedStack('services-db')
  const root = new URL(urls['services-db.root'] ?? '')
  schemas += 1
  const name = `users_test_${process.pid}_${schemas}`
  const server = openDatabase(root, 1)
  await server.raw('DROP DATABASE IF EXISTS ??', [name])
  await server.raw('CREATE DATABASE ??', [name])
  const url = new URL(root)
  url.pathname = `/${name}`
  const own = openDatabase(url, 1)
  await up(own)
  await own.destroy()
  return {
    url,
    drop: async () => {
      await server.raw('DROP DATABASE IF EXISTS ??', [name])
      await server.destroy()
    },
  }
}

export { down, up }

export const clients = [
  { client_id: 'app', redirect_uris: ['http://127.0.0.1:9/back'] },
  {
    client_id: 'pages',
    client_secret: 'pages-secret',
    redirect_uris: ['https://shop.test/back'],
    post_logout_redirect_uris: ['https://shop.test/'],
  },
  { client_id: 'orders', client_secret: 'orders-secret', scope: 'users:read catalog:reserve' },
  { client_id: 'support', client_secret: 'support-secret', scope: 'users:read users:contact' },
  { client_id: 'edge', client_secret: 'edge-secret', scope: 'sessions:bridge' },
] as const

const cookieIn = (headers: Headers): string =>
  /^sid=([^;]+)/.exec(headers.getSetCookie()[0] ?? '')?.[1] ?? ''

export async function startRig(
  env: Readonly<Record<string, string>> = {},
  log: Log = silentLog,
): Promise<Rig> {
  const schema = await freshSchema()
  const edge = await newSigner()
  const database = openDatabase(schema.url, 12)
  const letters: Letter[] = []
  const clock: { now: Date | null } = { now: null }
  const mailbox = { full: false }
  let made: UsersApp | undefined
  const server = await listen((request, response) => made?.app(request, response), '127.0.0.1', 0)
  const url = `http://127.0.0.1:${server.port}`
  const issuer = `${url}/identity`
  const config = readConfig({
    DATABASE_URL: schema.url.href,
    IDENTITY_JWKS: JSON.stringify(edge.keys),
    ISSUER: issuer,
    USERS_SECRET: rigSecret.toString('base64url'),
    OIDC_CLIENTS: JSON.stringify(clients),
    ...env,
  })
  const create = () =>
    createApp({
      config,
      database,
      metrics: createMetrics(),
      log,
      isStopping: () => false,
      validateResponses: true,
      now: () => clock.now ?? new Date(),
      mail: {
        send: async (letter) => {
          if (mailbox.full) throw new Error('ENOSPC: no space left on device')
          letters.push(letter)
        },
      },
    })
  made = create()
  await made.identityServer.tend()
  const app = made

  const ask: Rig['ask'] = async (method, path, body, as = {}) => {
    const response = await fetch(`${url}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(as.cookie ? { cookie: `sid=${as.cookie}` } : {}),
        ...(as.bearer ? { authorization: `Bearer ${as.bearer}` } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...as.headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const json = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {}
    return { status: response.status, headers: response.headers, json }
  }
  const login = async (email: string, password: string): Promise<string> => {
    const answer = await ask('POST', '/api/login', { email, password })
    if (answer.status !== 200) throw new Error(`login: ${answer.status}`)
    return cookieIn(answer.headers)
  }
  return {
    url,
    issuer,
    database,
    app,
    edge,
    letters,
    clock,
    mailbox,
    ask,
    login,
    async register(email, password = 'secret-password') {
      const answer = await ask('POST', '/api/register', { email, name: 'Somebody', password })
      if (answer.status !== 201) throw new Error(`register: ${answer.status}`)
      const { id } = answer.json.user as { id: number }
      return { id, cookie: cookieIn(answer.headers) }
    },
    async grant(userId, role) {
      const row = { user_id: userId, role, granted_at: database.fn.now() }
      await database('user_role').insert(row)
    },
    async twin() {
      const second = await listen(create().app, '127.0.0.1', 0)
      return { url: `http://127.0.0.1:${second.port}`, stop: second.stop }
    },
    async stop() {
      await server.stop()
      await database.destroy()
      await schema.drop()
    },
  }
}
