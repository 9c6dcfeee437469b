/**
 * Who a request comes from, as far as its own fields tell: a hash of the session cookie, of the
 * bearer credential, or of both. Enough to keep tokens by; it proves nothing.
 *
 * @module
 */
import { hash } from 'node:crypto'
import { parseCookie, parseSetCookie } from 'cookie'

/** `c:` or `b:` and the hash; the credential itself is kept nowhere. */
export type Subject = string

const digest = (value: string): string => hash('sha256', value, 'base64url')

export const cookieSubject = (session: string): Subject => `c:${digest(session)}`

export interface Credentials {
  /** Value of the session cookie as sent, not decoded; undefined when there is none. */
  readonly session: string | undefined
  readonly subjects: readonly Subject[]
}

/** What counts for a verified bearer; `bridged` makes him one subject with his cookie session. */
export const bearerCredentials = (subject: Subject, bridged: Subject | undefined): Credentials => ({
  session: undefined,
  subjects: bridged === undefined ? [subject] : [bridged, subject],
})

const anonymous: Credentials = { session: undefined, subjects: [] }
const asSent = { decode: (value: string) => value }

export function credentialsOf(
  headers: { readonly cookie?: string | undefined; readonly authorization?: string | undefined },
  sessionCookie: string,
): Credentials {
  const { cookie, authorization } = headers
  if (cookie === undefined && authorization === undefined) return anonymous
  const value = cookie === undefined ? undefined : parseCookie(cookie, asSent)[sessionCookie]
  const session = value === '' ? undefined : value
  const subjects: Subject[] = []
  if (session !== undefined) subjects.push(cookieSubject(session))
  if (authorization !== undefined) subjects.push(`b:${digest(authorization)}`)
  return { session, subjects }
}

/** What an answer does to the session: sets another one, ends it, or (undefined) leaves it. */
export function sessionChange(
  setCookies: readonly string[],
  sessionCookie: string,
): { readonly subject: Subject | null } | undefined {
  for (const text of setCookies) {
    if (!text.startsWith(`${sessionCookie}=`)) continue
    const { value, maxAge, expires } = parseSetCookie(text, asSent)
    const over = maxAge !== undefined ? maxAge <= 0 : expires !== undefined && +expires < Date.now()
    return { subject: value === undefined || value === '' || over ? null : cookieSubject(value) }
  }
  return undefined
}
