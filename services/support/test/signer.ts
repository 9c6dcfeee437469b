/**
 * Plays the edge: a key pair, and identities signed with it.
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
