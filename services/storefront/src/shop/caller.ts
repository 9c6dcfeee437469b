/**
 * Who visits, as far as the storefront needs to know: what to send along when it asks in the
 * visitor's name. Whether it is worth anything is for the services to say.
 *
 * @module
 */
import type { IncomingHttpHeaders } from 'node:http'

export interface Caller {
  /** The session cookie's value or the bearer token; null for a visitor who has neither. */
  readonly credential: string | null
  /** A browser attaches a cookie by itself, a bearer token never. */
  readonly ambient: boolean
  readonly headers: Readonly<Record<string, string>>
}

const sessionCookie = /(?:^|;\s*)sid=([^;\s]+)/

/**
 * Of the cookies only the session's travels. `tracestate` tells the edge whose request a nested one
 * serves; `x-forwarded-for` and the browser's name are what a login is counted and listed by.
 */
export function callerOf(headers: IncomingHttpHeaders): Caller {
  const sid = sessionCookie.exec(headers.cookie ?? '')?.[1]
  const { authorization } = headers
  const passed: Record<string, string> = {}
  for (const name of ['tracestate', 'user-agent', 'x-forwarded-for', 'accept-language']) {
    const value = headers[name]
    if (typeof value === 'string') passed[name] = value
  }
  if (sid !== undefined) passed.cookie = `sid=${sid}`
  if (authorization !== undefined) passed.authorization = authorization
  return {
    credential: authorization ?? sid ?? null,
    ambient: authorization === undefined,
    headers: passed,
  }
}
