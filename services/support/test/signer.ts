/**
 * Plays the edge and the identity provider: key pairs, and what they sign.
 *
 * @module
 */
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'

export interface Claims {
  readonly roles: readonly string[]
  readonly sub?: string
  readonly name?: string
  readonly issuer?: string
  readonly audience?: string
  /** Seconds from now. */
  readonly expiresIn?: number
}

export interface Signer {
  /** What goes into IDENTITY_JWKS. */
  readonly keys: { readonly keys: readonly object[] }
  sign(claims: Claims): Promise<string>
}

const signerOf = (key: CryptoKey, kid: string, publicKey: JWK): Signer => ({
  keys: { keys: [{ ...publicKey, kid, alg: 'EdDSA', use: 'sig' }] },
  sign: ({
    roles,
    sub = '1',
    name = 'Somebody',
    issuer = 'matapalo-edge',
    audience = 'support',
    expiresIn = 60,
  }) =>
    new SignJWT({ name, roles })
      .setProtectedHeader({ alg: 'EdDSA', kid })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(sub)
      .setIssuedAt()
      .setExpirationTime(Math.floor(Date.now() / 1000) + expiresIn)
      .sign(key),
})

export async function newSigner(): Promise<Signer> {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519' })
  return signerOf(privateKey, 'test', await exportJWK(publicKey))
}

export interface Provider {
  readonly issuer: string
  readonly keys: { readonly keys: readonly object[] }
  /** An access token (RFC 9068); `claims` over those of a program. */
  token(claims?: Readonly<Record<string, unknown>>): Promise<string>
}

export async function newProvider(): Promise<Provider> {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const kid = 'provider'
  const issuer = 'http://users.test'
  const keys = { keys: [{ ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' }] }
  const program = { sub: 'orders', client_id: 'orders', roles: ['system'], scope: 'users:read' }
  return {
    issuer,
    keys,
    token: (claims = {}) =>
      new SignJWT({ ...program, ...claims })
        .setProtectedHeader({ alg: 'ES256', kid, typ: 'at+jwt' })
        .setIssuer(issuer)
        .setAudience('bookshop')
        .setIssuedAt()
        .setExpirationTime('60s')
        .sign(privateKey),
  }
}
