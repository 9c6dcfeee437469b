/**
 * Plays the identity provider: a key pair, and the pen that signs whatever a test writes.
 *
 * @module
 */
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { es256, type Json, nowSeconds, type Pen, tokenOf } from './tokenKinds.ts'

export interface Mint extends Pen {
  /** The provider's public keys. */
  readonly keys: { readonly keys: readonly object[] }
  /** A token like the provider's own, with other claims or header; undefined leaves one out. */
  token(claims?: Json, header?: Json): string
}

/** A pen with this key. @param claims of a good token, over those that any has */
export function penWith(
  key: KeyObject,
  kid: string,
  issuer: string,
  claims: Json = {},
  audience = 'bookshop',
): Mint {
  const publicKey = createPublicKey(key)
  const publicJwk = { ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' }
  const pen: Pen = {
    issuer,
    audience,
    header: { alg: 'ES256', typ: 'at+jwt', kid },
    publicJwk,
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    claims: (change = {}) => ({
      iss: issuer,
      aud: audience,
      sub: '7',
      name: 'Ana',
      client_id: 'app',
      roles: ['customer'],
      sid: 's',
      iat: nowSeconds(),
      exp: nowSeconds() + 60,
      ...claims,
      ...change,
    }),
    sign: (input) => es256(key, input),
  }
  return {
    ...pen,
    keys: { keys: [publicJwk] },
    token: (change, header) => tokenOf(pen, change, header),
  }
}

export const newMint = (issuer = 'https://shop.test/identity'): Mint =>
  penWith(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey, 'k1', issuer)
