/**
 * Signing and verifying JWTs: the one file that imports jose.
 *
 * @module
 */
import { createPrivateKey } from 'node:crypto'
import {
  createLocalJWKSet,
  errors,
  importJWK,
  type JSONWebKeySet,
  type JWK,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
  SignJWT,
} from 'jose'

/** Finds the public key of a token's header. */
export type FindKey = JWTVerifyGetKey
export type Claims = JWTPayload

export interface Assertion {
  readonly issuer: string
  readonly audience: string
  readonly subject: string
  readonly lifetimeSeconds: number
  readonly claims: Claims
}

/** @param text PKCS #8 PEM (line ends may be written `\n`) or a JWK as JSON; Ed25519 */
export async function assertionSigner(text: string): Promise<(it: Assertion) => Promise<string>> {
  const jwk = text.trimStart().startsWith('{') ? (JSON.parse(text) as JWK) : undefined
  const key = jwk ? await importJWK(jwk, 'EdDSA') : createPrivateKey(text.replaceAll('\\n', '\n'))
  const header = { alg: 'EdDSA', ...(jwk?.kid === undefined ? {} : { kid: jwk.kid }) }
  return ({ issuer, audience, subject, lifetimeSeconds, claims }) =>
    new SignJWT(claims)
      .setProtectedHeader(header)
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(subject)
      .setIssuedAt()
      .setExpirationTime(`${lifetimeSeconds}s`)
      .sign(key)
}

/** @throws TypeError for what is no key set, or an empty one: its server has not begun to work */
export function keySetOf(text: string): FindKey {
  const set = JSON.parse(text) as JSONWebKeySet
  if (!Array.isArray(set?.keys) || set.keys.length === 0) throw new TypeError('no keys')
  return createLocalJWKSet(set)
}

export const isUnknownKey = (error: unknown): boolean => error instanceof errors.JWKSNoMatchingKey

export interface TokenRule {
  readonly issuer: string
  readonly audience: string
  readonly algorithms: readonly string[]
  readonly toleranceSeconds: number
}

/**
 * Signature, `typ: at+jwt` (RFC 9068 4), issuer, audience, `exp` and `nbf`, and the claims that an
 * access token must have.
 *
 * @throws what went wrong; {@link refusalOf} has words for a verdict on the token
 */
export async function verifyAccessToken(
  token: string,
  find: FindKey,
  rule: TokenRule,
): Promise<Claims> {
  const { payload } = await jwtVerify(token, find, {
    typ: 'at+jwt',
    algorithms: [...rule.algorithms],
    issuer: rule.issuer,
    audience: rule.audience,
    clockTolerance: rule.toleranceSeconds,
    requiredClaims: ['sub', 'exp', 'iat', 'client_id'],
  })
  return payload
}

export interface SharedKeyRule {
  readonly typ: string
  readonly issuer: string
  readonly audience: string
  /** Longest since it was made, whatever its end says. */
  readonly longestSeconds: number
  readonly toleranceSeconds: number
}

/**
 * A token of ours under a key that its maker and we share (HS256, RFC 7518 3.2). Its `typ` keeps one
 * that was made for something else from passing (RFC 8725 3.11).
 *
 * @throws what went wrong; {@link refusalOf} has words for a verdict on the token
 */
export async function verifyShared(
  token: string,
  key: Uint8Array,
  rule: SharedKeyRule,
): Promise<Claims> {
  const { payload } = await jwtVerify(token, key, {
    typ: rule.typ,
    algorithms: ['HS256'],
    issuer: rule.issuer,
    audience: rule.audience,
    maxTokenAge: rule.longestSeconds,
    clockTolerance: rule.toleranceSeconds,
    requiredClaims: ['exp'],
  })
  return payload
}

const refusals: Readonly<Record<string, string>> = {
  ERR_JWT_EXPIRED: 'it has expired',
  ERR_JOSE_ALG_NOT_ALLOWED: 'its algorithm is not allowed',
  ERR_JWKS_NO_MATCHING_KEY: 'its key is not known',
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: 'its signature is not of the issuer',
}

/** Why the token is refused; undefined when the error says nothing about the token. */
export function refusalOf(error: unknown): string | undefined {
  if (!(error instanceof errors.JOSEError)) return undefined
  if (error instanceof errors.JWTClaimValidationFailed) return `its ${error.claim} does not pass`
  return refusals[error.code] ?? 'it is not a signed token'
}
