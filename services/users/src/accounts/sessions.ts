/**
 * Sessions in a table: a row is written at login and removed at logout, never in between. The table
 * holds the hash of the cookie, so that a copy of the table opens no account.
 *
 * @module
 */
import { createHash, randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Queryable } from '@bookshop/kit/database'
import { utcText } from '@bookshop/kit/instants'
import type { Response } from 'express'
import { type User, type UserRow, userOf, userRows } from './user.ts'

export const sessionCookie = 'sid'

export const cookieHash = (cookie: string): string =>
  createHash('sha256').update(cookie).digest('hex')

const isCookie = (value: string | undefined): value is string =>
  value !== undefined && /^[0-9a-f]{64}$/.test(value)

/** The session's cookie of a request; null when there is none of the right form. */
export function cookieOf(headers: IncomingHttpHeaders): string | null {
  for (const pair of (headers.cookie ?? '').split(';')) {
    const [name, value] = pair.split('=', 2)
    if (name?.trim() === sessionCookie) {
      const plain = value?.trim().replace(/^"(.*)"$/, '$1')
      return isCookie(plain) ? plain : null
    }
  }
  return null
}

export interface Opening {
  readonly userId: number
  readonly days: number
  readonly userAgent: string | undefined
  readonly now: Date
}

/** @returns the cookie's value */
export async function openSession(on: Queryable, opening: Opening): Promise<string> {
  const { userId, days, userAgent, now } = opening
  const cookie = randomBytes(32).toString('hex')
  await on('session').insert({
    token: cookieHash(cookie),
    user_id: userId,
    created_at: utcText(now),
    last_login_at: utcText(now),
    expires_at: utcText(new Date(now.getTime() + days * 86_400_000)),
    user_agent: userAgent?.slice(0, 200) ?? null,
  })
  return cookie
}

export async function closeSession(on: Queryable, cookie: string): Promise<void> {
  await on('session')
    .where({ token: cookieHash(cookie) })
    .delete()
}

/** All sessions of an account, but for the one that asks. */
export async function closeOthers(
  on: Queryable,
  userId: number,
  cookie: string | null,
): Promise<void> {
  const sessions = on('session').where({ user_id: userId })
  if (cookie !== null) sessions.whereNot({ token: cookieHash(cookie) })
  await sessions.delete()
}

export async function userOfSession(on: Queryable, cookie: string): Promise<User | null> {
  const row: UserRow | undefined = await userRows(on)
    .join('session as s', 's.user_id', 'a.id')
    .where({ 's.token': cookieHash(cookie), 'a.active': 1 })
    .whereRaw('s.expires_at > UTC_TIMESTAMP()')
    .first()
  return row ? userOf(row) : null
}

export interface CookieRules {
  readonly sessionDays: number
  readonly secureCookies: boolean
}

export function setSessionCookie(response: Response, cookie: string, rules: CookieRules): void {
  response.cookie(sessionCookie, cookie, {
    httpOnly: true,
    sameSite: 'lax',
    path: '/',
    maxAge: rules.sessionDays * 86_400_000,
    ...(rules.secureCookies ? { secure: true } : {}),
  })
}

export const clearSessionCookie = (response: Response): void => {
  response.clearCookie(sessionCookie, { path: '/' })
}
