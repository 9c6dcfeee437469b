/**
 * Plays the edge: a key pair, and identities signed with it.
 *
 * @module
 */
import { type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose'

export interface Claims {
  readonly roles: readonly string[]
  readonly sub?: string
  readonly issuer?: string
  readonly audience?: string
  readonly scope?: string
  /** Seconds from now. */
  readonly expiresIn?: number
}

export interface Signer {
  /** What goes into IDENTITY_JWKS. */
  readonly keys: { readonly keys: readonly object[] }
  sign(claims: Claims): Promise<string>
}

const signerOf = (key: CryptoKey | Uint8Array, kid: string, publicKey: JWK): Signer => ({
  keys: { keys: [{ ...publicKey, kid, alg: 'EdDSA', use: 'sig' }] },
  sign: ({
    roles,
    sub = '1',
    issuer = 'matapalo-edge',
    audience = 'catalog',
    expiresIn = 60,
    scope,
  }) =>
    new SignJWT({ name: 'Somebody', roles, ...(scope === undefined ? {} : { scope }) })
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

/** With a stack's own key, a private JWK as JSON. */
export async function signerWith(identityKey: string): Promise<Signer> {
  const jwk = JSON.parse(identityKey) as JWK
  const { d: _, ...publicKey } = jwk
  return signerOf(await importJWK(jwk, 'EdDSA'), jwk.kid ?? '', publicKey)
}
