/**
 * The identity provider as a part of the service: mounted under the issuer's path, with keys that are
 * looked after. A new set of keys makes a new provider; requests under way finish with the old one.
 *
 * @module
 */
import type { Database } from '@bookshop/kit/database'
import type { Log } from '@bookshop/kit/log'
import { type Request, type RequestHandler, type Response, Router } from 'express'
import type { Secrets } from '../secrets.ts'
import type { Users } from '../shop.ts'
import type { ClientSetting } from './clients.ts'
import { type Jwk, signingKeys } from './keys.ts'
import { loginRoutes } from './loginRoutes.ts'
import type { SessionsOwner } from './owner.ts'
import { newProvider, type Provider } from './provider.ts'
import { refreshRoute } from './refresh.ts'
import type { TokenSessions } from './tokenSessions.ts'

export interface IdentityServerParts {
  readonly users: Users
  readonly database: Database
  readonly secrets: Secrets
  readonly sessions: TokenSessions
  readonly owner: SessionsOwner
  readonly issuer: string
  readonly clients: readonly ClientSetting[]
  readonly accessSeconds: number
  readonly refreshGraceSeconds: number
  readonly sessionDays: number
  readonly keyDays: number
  readonly log: Log
  readonly now: () => Date
  readonly onLogout: (request: Request['headers']) => Promise<void>
}

export interface IdentityServer {
  readonly handler: RequestHandler
  /** Public keys, the signing one first; empty until `tend` has run. */
  keys(): readonly Jwk[]
  /** Rotates what is due and takes over what other processes rotated. */
  tend(): Promise<void>
  rotate(): Promise<void>
}

const publicPart = ({ d: _, ...rest }: Jwk): Jwk => rest

export function identityServer(parts: IdentityServerParts): IdentityServer {
  const { database, secrets, now, log } = parts
  const store = signingKeys(database, secrets, parts.keyDays, now)
  const prefix = new URL(parts.issuer).pathname.replace(/\/$/, '')
  const cookieKeys = [secrets.derive('provider-cookies').toString('base64url')]
  let provider: Provider | undefined
  let handle: ((request: Request, response: Response) => Promise<void>) | undefined
  let keys: readonly Jwk[] = []

  const reload = async (): Promise<void> => {
    const loaded = await store.load()
    const names = (set: readonly Jwk[]): string => set.map(({ kid }) => kid).join()
    if (provider !== undefined && names(loaded) === names(keys)) return
    keys = loaded
    const onLogout = (request: { readonly headers: Request['headers'] }) =>
      parts.onLogout(request.headers)
    provider = newProvider({ ...parts, cookieKeys, onLogout }, loaded)
    handle = provider.callback()
    log.info({ keys: loaded.length }, 'provider.ready')
  }
  /** The first request may come before the keys are there: the database was away at the start. */
  const ready = async (): Promise<void> => {
    if (provider !== undefined) return
    await store.tend()
    await reload()
  }
  const answer = async (request: Request, response: Response): Promise<void> => {
    await handle?.(request, response)
  }

  const router = Router()
  const inner = Router()
  inner.use(async (_request, _response, next) => {
    await ready()
    next()
  })
  inner.use(
    loginRoutes({
      users: parts.users,
      prefix,
      // `ready` has run.
      provider: () => provider as Provider,
      owner: parts.owner,
      sessions: parts.sessions,
    }),
  )
  inner.use(
    refreshRoute({
      database,
      secrets,
      sessions: parts.sessions,
      graceSeconds: parts.refreshGraceSeconds,
      handle: answer,
    }),
  )
  inner.use(answer)
  router.use(prefix === '' ? '/' : prefix, inner)

  return {
    handler: router,
    keys: () => keys.map(publicPart),
    async tend() {
      await store.tend()
      await reload()
    },
    async rotate() {
      await store.rotate()
      await reload()
    },
  }
}
