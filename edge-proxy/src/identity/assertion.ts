/**
 * The signed identity that services get: a JWT (EdDSA, RFC 8037) for one upstream, valid a minute.
 *
 * @module
 */
import { createPrivateKey } from 'node:crypto'
import { importJWK, type JWK, SignJWT } from 'jose'
import type { Identity } from './introspection.ts'

export const assertionHeader = 'x-matapalo-identity'
const issuer = 'matapalo-edge'
const lifetimeSeconds = 60
/** A signed assertion is used again for half of its life. */
const reuseMs = 30_000
const capacity = 20_000

export interface Signer {
  sign(identity: Identity, upstream: string): Promise<string>
}

/** @param text PKCS #8 PEM (line ends may be written `\n`) or a JWK as JSON */
export async function openSigner(text: string): Promise<Signer> {
  const jwk = text.trimStart().startsWith('{') ? (JSON.parse(text) as JWK) : undefined
  const key = jwk ? await importJWK(jwk, 'EdDSA') : createPrivateKey(text.replaceAll('\\n', '\n'))
  const header = { alg: 'EdDSA', ...(jwk?.kid === undefined ? {} : { kid: jwk.kid }) }
  // By the identity as introspected: a new introspection makes a new assertion.
  const signed = new Map<Identity, Map<string, { readonly jwt: Promise<string>; until: number }>>()

  const make = (identity: Identity, upstream: string): Promise<string> =>
    new SignJWT({ name: identity.name, roles: [...identity.roles] })
      .setProtectedHeader(header)
      .setIssuer(issuer)
      .setAudience(upstream)
      .setSubject(identity.id)
      .setIssuedAt()
      .setExpirationTime(`${lifetimeSeconds}s`)
      .sign(key)

  return {
    sign(identity, upstream) {
      let perUpstream = signed.get(identity)
      if (perUpstream === undefined) {
        perUpstream = new Map()
        signed.set(identity, perUpstream)
        if (signed.size > capacity) signed.delete(signed.keys().next().value as Identity)
      }
      const known = perUpstream.get(upstream)
      if (known !== undefined && known.until > performance.now()) return known.jwt
      const jwt = make(identity, upstream)
      perUpstream.set(upstream, { jwt, until: performance.now() + reuseMs })
      return jwt
    },
  }
}
