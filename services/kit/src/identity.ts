/**
 * Who calls. The edge turns a customer's session into a signed identity that lives a minute; a client
 * of the identity provider brings an access token of its own. A call with neither has no identity.
 *
 * @module
 */
import type { IncomingHttpHeaders } from 'node:http'
import type { KeySet } from './config.ts'
import { type Claims, tokenReader } from './tokens.ts'

export const identityHeader = 'x-matapalo-identity'

export interface Identity {
  /** Null: a program that logged in as itself (client credentials). */
  readonly userId: number | null
  readonly name: string
  readonly roles: readonly string[]
  /** What a bearer token may be used for; empty for a session. */
  readonly scopes: readonly string[]
  /** The identity provider's client; null for a session. */
  readonly clientId: string | null
  /** The session that a bearer token belongs to. */
  readonly sid: string | null
}

/**
 * Null for a caller who is unknown: no token, or one that is forged, expired, or meant for someone
 * else. A request with a bearer token is judged by that token alone.
 */
export type ReadIdentity = (headers: IncomingHttpHeaders) => Promise<Identity | null>

export interface IdentitySources {
  /** Public keys of the edge, and this service's name there. */
  readonly edge: { readonly keys: KeySet; readonly audience: string }
  /** The identity provider; without it no bearer token is believed. */
  readonly provider?: { readonly issuer: string; readonly keys: KeySet | URL } | undefined
}

const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null)

const userIdOf = (sub: unknown): number | null =>
  typeof sub === 'string' && /^[1-9]\d{0,9}$/.test(sub) ? Number(sub) : null

const asIdentity = (claims: Claims): Identity => ({
  userId: userIdOf(claims.sub),
  name: textOrNull(claims.name) ?? '',
  roles: texts(claims.roles),
  scopes: (textOrNull(claims.scope) ?? '').split(' ').filter((one) => one !== ''),
  clientId: textOrNull(claims.client_id),
  sid: textOrNull(claims.sid),
})

/** Did somebody mean to send a bearer token, however spelt? It is judged by that alone then. */
export const hasBearer = (headers: IncomingHttpHeaders): boolean =>
  /^bearer\b/i.test(headers.authorization ?? '')

/** The token of `Authorization: Bearer`, as it stands; null for any other scheme. */
export const bearerOf = (headers: IncomingHttpHeaders): string | null =>
  /^bearer (.*)$/is.exec(headers.authorization ?? '')?.[1] ?? null

const nobody = async (): Promise<null> => null

export function identityReader({ edge, provider }: IdentitySources): ReadIdentity {
  const readAssertion = tokenReader(edge.keys, {
    algorithm: 'EdDSA',
    issuer: 'matapalo-edge',
    audience: edge.audience,
    requiredClaims: ['sub', 'exp'],
    isAccess: false,
  })
  const readBearer = provider
    ? tokenReader(provider.keys, {
        algorithm: 'ES256',
        issuer: provider.issuer,
        audience: 'bookshop',
        requiredClaims: ['sub', 'exp', 'iat', 'client_id'],
        isAccess: true,
      })
    : nobody
  return async (headers) => {
    if (hasBearer(headers)) {
      const claims = await readBearer(bearerOf(headers) ?? '')
      return claims && asIdentity(claims)
    }
    const assertion = headers[identityHeader]
    if (typeof assertion !== 'string') return null
    const claims = await readAssertion(assertion)
    return claims && asIdentity(claims)
  }
}

/** Where the keys of the configured provider are. */
export const providerOf = (config: {
  readonly issuer?: string | undefined
  readonly issuerKeysUrl?: string | undefined
}): IdentitySources['provider'] =>
  config.issuer === undefined
    ? undefined
    : { issuer: config.issuer, keys: new URL(config.issuerKeysUrl ?? `${config.issuer}/jwks`) }
