/**
 * What an upstream gets instead of the credentials that a bearer's client sent.
 *
 * The client's own session cookie never goes with a bearer's identity: at the monolith the bridged
 * session's takes its place, at a service there is none. The token itself is for services only. One
 * that ran out while its request waited is left out there too, since the identity that the edge has
 * signed says who was let in.
 *
 * Pure.
 *
 * @module
 */
import type { Side } from '@matapalo/core'
import type { BridgedSession } from './bridge.ts'
import type { Bearer } from './claims.ts'

export interface BearerSends {
  readonly bearer: Bearer
  readonly side: Side
  readonly sessionCookie: string
  readonly bridged: BridgedSession | undefined
  /** Unix time, ms. */
  readonly now: number
}

/** @param fields names and values in turn */
export function bearerFields(fields: readonly string[], sends: BearerSends): string[] {
  const { bearer, side, sessionCookie, bridged, now } = sends
  const sent: string[] = []
  let cookie = ''
  for (let i = 0; i < fields.length; i += 2) {
    const [name, value] = [fields[i] as string, fields[i + 1] as string]
    const lower = name.toLowerCase()
    if (lower === 'cookie') cookie = without(value, sessionCookie)
    else if (lower !== 'authorization') sent.push(name, value)
    else if (side === 'service' && now < bearer.expires) sent.push(name, value)
  }
  if (side === 'monolith' && bridged !== undefined) {
    cookie = `${cookie}${cookie === '' ? '' : '; '}${sessionCookie}=${bridged.cookie}`
  }
  if (cookie !== '') sent.push('cookie', cookie)
  return sent
}

/** An answer to a bearer sets no session: it would be the bridged one's. */
export function withoutSession(fields: readonly string[], sessionCookie: string): string[] {
  const kept: string[] = []
  for (let i = 0; i < fields.length; i += 2) {
    const [name, value] = [fields[i] as string, fields[i + 1] as string]
    const sets = name.length === 10 && name.toLowerCase() === 'set-cookie'
    if (sets && nameOf(value.split(';', 1)[0] as string) === sessionCookie) continue
    kept.push(name, value)
  }
  return kept
}

const nameOf = (pair: string): string => (pair.split('=', 1)[0] as string).trim()

const without = (cookies: string, name: string): string =>
  cookies
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '' && nameOf(pair) !== name)
    .join('; ')
