/**
 * Who has the sessions: this service, or, before its cutover and after a rollback, the old shop. Asked
 * over HTTP through the edge, which knows; a service that runs alone asks itself.
 *
 * @module
 */
import { serviceClient } from '@bookshop/kit/client'
import { ApiError } from '@bookshop/kit/errors'
import { checkLogin } from '../accounts/login.ts'
import { closeSession, openSession, userOfSession } from '../accounts/sessions.ts'
import { activeUser, type User } from '../accounts/user.ts'
import { proofHeader } from '../login/proof.ts'
import type { Users } from '../shop.ts'

export interface Credentials {
  readonly email: string
  readonly password: string
  readonly userAgent: string | undefined
}

export interface OpenedSession {
  readonly cookie: string
  readonly user: User
}

export interface SessionsOwner {
  /** Null: e-mail address or password is wrong. The tries were bounded before. */
  login(credentials: Credentials): Promise<OpenedSession | null>
  /** Null: the session is nobody's (any more). */
  userOf(cookie: string): Promise<User | null>
  logout(cookie: string): Promise<void>
}

type Part = Pick<Users, 'database' | 'passwords' | 'throttle' | 'now' | 'sessionDays'>

export const ownSessions = (users: Part): SessionsOwner => ({
  async login({ email, password, userAgent }) {
    try {
      const attempt = { email, password, address: '', bounded: true }
      const userId = await checkLogin(users, attempt)
      const { database, sessionDays: days, now } = users
      const cookie = await openSession(database, { userId, days, userAgent, now: now() })
      const user = await activeUser(database, userId)
      return user && { cookie, user }
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return null
      throw error
    }
  },
  userOf: (cookie) => userOfSession(users.database, cookie),
  logout: (cookie) => closeSession(users.database, cookie),
})

/** Longer than the edge holds a write (10 s at most). */
const timeoutMs = 12_000

const readUser = (json: unknown): User | null => {
  const user = (json as { user?: unknown } | null)?.user
  if (user === null) return null
  const { id, name, email, roles } = (user ?? {}) as Partial<User>
  if (typeof id !== 'number') throw new Error('the owner of the sessions answered no user')
  return { id, name: name ?? '', email: email ?? '', roles: roles ?? [] }
}

const cookieIn = (headers: Headers): string | undefined =>
  headers
    .getSetCookie()
    .map((line) => /^sid=([0-9a-f]{64})/.exec(line)?.[1])
    .find((value) => value !== undefined)

export function sessionsBehind(url: string, proofOf: (email: string) => string): SessionsOwner {
  const owner = serviceClient({ service: 'the owner of the sessions', url, timeoutMs })
  const unexpected = (status: number): Error =>
    new Error(`the owner of the sessions answered ${status}`)
  return {
    async login({ email, password, userAgent }) {
      const { status, headers, json } = await owner.call({
        method: 'POST',
        path: '/api/login',
        body: { email, password },
        headers: {
          [proofHeader]: proofOf(email),
          ...(userAgent === undefined ? {} : { 'user-agent': userAgent }),
        },
      })
      if (status === 401 || status === 400) return null
      const [cookie, user] = [cookieIn(headers), status === 200 ? readUser(json) : null]
      if (cookie === undefined || user === null) throw unexpected(status)
      return { cookie, user }
    },
    async userOf(cookie) {
      const headers = { cookie: `sid=${cookie}` }
      const { status, json } = await owner.call({ method: 'GET', path: '/api/session', headers })
      if (status !== 200) throw unexpected(status)
      return readUser(json)
    },
    async logout(cookie) {
      const headers = { cookie: `sid=${cookie}` }
      const call = { method: 'POST', path: '/api/logout', headers, repeatable: true } as const
      const { status } = await owner.call(call)
      if (status >= 400) throw unexpected(status)
    },
  }
}
