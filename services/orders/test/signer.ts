/**
 * Plays the edge and the identity provider: key pairs, and what is signed with them.
 *
 * @module
 */
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

export interface Claims {
  readonly roles: readonly string[]
  readonly sub?: string
  readonly audience?: string
}

export interface Signer {
  readonly keys: { readonly keys: readonly object[] }
  sign(claims: Claims): Promise<string>
}

export async function newSigner(): Promise<Signer> {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519' })
  const jwk = await exportJWK(publicKey)
  return {
    keys: { keys: [{ ...jwk, kid: 'test', alg: 'EdDSA', use: 'sig' }] },
    sign: ({ roles, sub = '1', audience = 'orders' }) =>
      new SignJWT({ name: 'Somebody', roles })
        .setProtectedHeader({ alg: 'EdDSA', kid: 'test' })
        .setIssuer('matapalo-edge')
        .setAudience(audience)
        .setSubject(sub)
        .setIssuedAt()
        .setExpirationTime('60s')
        .sign(privateKey),
  }
}

export interface Provider {
  readonly issuer: string
  readonly keys: { readonly keys: readonly object[] }
  /** An access token of a program. */
  program(scope: string, roles?: readonly string[]): Promise<string>
  /** An access token of a person. */
  person(userId: number, roles: readonly string[]): Promise<string>
}

export async function newProvider(): Promise<Provider> {
  const issuer = 'http://users.test'
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const jwk = await exportJWK(publicKey)
  const token = (sub: string, claims: object) =>
    new SignJWT({ client_id: 'test', ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: 'p', typ: 'at+jwt' })
      .setIssuer(issuer)
      .setAudience('bookshop')
      .setSubject(sub)
      .setIssuedAt()
      .setExpirationTime('60s')
      .sign(privateKey)
  return {
    issuer,
    keys: { keys: [{ ...jwk, kid: 'p', alg: 'ES256', use: 'sig' }] },
    program: (scope, roles = ['system']) => token('support', { scope, roles }),
    person: (userId, roles) => token(String(userId), { roles, sid: 's' }),
  }
}
