/**
 * Signed tokens, read strictly: the only file of the kit that imports jose.
 *
 * jose decodes base64url leniently (spaces, padding, stray bits: six of Wycheproof's JWS vectors), so
 * the text is checked first: three parts, only letters of the alphabet, and each part is what its
 * bytes encode to.
 *
 * @module
 */
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  type ExportedJWKSCache,
  errors,
  type JSONWebKeySet,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwksCache,
  jwtVerify,
} from 'jose'
import type { KeySet } from './config.ts'

/** Longer ones are refused unread. */
const longest = 8192

const isCanonical = (part: string): boolean =>
  /^[A-Za-z0-9_-]+$/.test(part) && Buffer.from(part, 'base64url').toString('base64url') === part

/** A JWS in compact form with nothing but its canonical characters. */
export const isStrictToken = (token: string): boolean => {
  const parts = token.split('.')
  return token.length <= longest && parts.length === 3 && parts.every(isCanonical)
}

export interface TokenRule {
  readonly algorithm: 'EdDSA' | 'ES256'
  readonly issuer: string
  readonly audience: string
  /** The header's `typ`, such as `at+jwt` (RFC 9068); unchecked when absent. */
  readonly type?: string
  readonly requiredClaims: readonly string[]
}

export type Claims = JWTPayload
/** Null: not a token by this rule. @throws KeysUnavailable */
export type ReadToken = (token: string) => Promise<Claims | null>

/** The keys to check a token with cannot be had: that says nothing about the token. */
export class KeysUnavailable extends Error {
  readonly code = 'KEYS_UNAVAILABLE'

  constructor(url: URL, cause: unknown) {
    super(`no keys from ${url.href}`, { cause })
    this.name = 'KeysUnavailable'
  }
}

/** The last key set that was fetched is used this long while the server is away, ms. */
const staleMs = 3_600_000

/** jose's own verdicts have a code of their own; the generic one means a failed fetch. */
const isFetchFailure = (error: unknown): boolean =>
  !(error instanceof errors.JOSEError) ||
  error instanceof errors.JWKSTimeout ||
  error.code === 'ERR_JOSE_GENERIC'

/**
 * Keys from a URL: cached 10 minutes, fetched again for an unknown `kid`, at most once in 30 s.
 */
function remoteKeys(url: URL): JWTVerifyGetKey {
  const cache: Partial<ExportedJWKSCache> = {}
  const fetched = createRemoteJWKSet(url, {
    timeoutDuration: 5000,
    cacheMaxAge: 600_000,
    // jose fills the object in.
    [jwksCache]: cache as ExportedJWKSCache,
  })
  return async (header, token) => {
    try {
      return await fetched(header, token)
    } catch (error) {
      if (!isFetchFailure(error)) throw error
      const { jwks, uat = 0 } = cache
      if (jwks === undefined || Date.now() - uat > staleMs) throw new KeysUnavailable(url, error)
      return createLocalJWKSet(jwks)(header, token)
    }
  }
}

/** @param keys a set, or where to fetch one */
export function tokenReader(keys: KeySet | URL, rule: TokenRule): ReadToken {
  // The members of a JWKS were parsed from JSON; jose checks each key when it is used.
  const local = (set: KeySet) => createLocalJWKSet(set as unknown as JSONWebKeySet)
  const find = keys instanceof URL ? remoteKeys(keys) : local(keys)
  return async (token) => {
    if (!isStrictToken(token)) return null
    try {
      const { payload, protectedHeader } = await jwtVerify(token, find, {
        algorithms: [rule.algorithm],
        issuer: rule.issuer,
        audience: rule.audience,
        requiredClaims: [...rule.requiredClaims],
        clockTolerance: 5,
      })
      if (rule.type !== undefined && protectedHeader.typ !== rule.type) return null
      return payload
    } catch (error) {
      if (error instanceof KeysUnavailable) throw error
      return null
    }
  }
}
