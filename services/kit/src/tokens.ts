/**
 * Signed tokens, read strictly: the only file of the kit that imports jose. Their text is looked at
 * first (tokenText.ts).
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
import { headerOf } from './tokenText.ts'

export interface TokenRule {
  readonly algorithm: 'EdDSA' | 'ES256'
  readonly issuer: string
  readonly audience: string
  /** An access token (RFC 9068): `typ: at+jwt`, names its key, and its claims have their types. */
  readonly isAccess: boolean
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

/** Between two clocks; the edge allows the same. */
const toleranceSeconds = 5

const isAccessHeader = ({ typ, kid }: Readonly<Record<string, unknown>>): boolean =>
  typ === 'at+jwt' && typeof kid === 'string' && kid !== '' && kid.length <= 256

const isText = (value: unknown): boolean =>
  typeof value === 'string' && value !== '' && value.length <= 255

/** What an access token says, in the types that RFC 9068 gives it: anything else may mean anything. */
function isAccess({ sub, client_id: client, iat, sid, roles, scope }: Claims): boolean {
  if (!isText(sub) || !isText(client)) return false
  if (iat === undefined || iat > Date.now() / 1000 + toleranceSeconds) return false
  if (sid !== undefined && !(typeof sid === 'string' && /^[\w-]{1,128}$/.test(sid))) return false
  if (roles !== undefined && !(Array.isArray(roles) && roles.every(isText))) return false
  return scope === undefined || typeof scope === 'string'
}

/** @param keys a set, or where to fetch one */
export function tokenReader(keys: KeySet | URL, rule: TokenRule): ReadToken {
  // The members of a JWKS were parsed from JSON; jose checks each key when it is used.
  const local = (set: KeySet) => createLocalJWKSet(set as unknown as JSONWebKeySet)
  const find = keys instanceof URL ? remoteKeys(keys) : local(keys)
  return async (token) => {
    const header = headerOf(token)
    if (header === null || (rule.isAccess && !isAccessHeader(header))) return null
    try {
      const { payload } = await jwtVerify(token, find, {
        algorithms: [rule.algorithm],
        issuer: rule.issuer,
        audience: rule.audience,
        requiredClaims: [...rule.requiredClaims],
        clockTolerance: toleranceSeconds,
      })
      return rule.isAccess && !isAccess(payload) ? null : payload
    } catch (error) {
      if (error instanceof KeysUnavailable) throw error
      return null
    }
  }
}
