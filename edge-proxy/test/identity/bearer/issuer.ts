/**
 * An issuer of access tokens for tests: a key, its JWKS, and tokens good and odd.
 *
 * @module
 */
import { KeyObject } from 'node:crypto'
import {
  type CryptoKey,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWK,
  type JWTHeaderParameters,
  SignJWT,
} from 'jose'
import { es256, type Pen } from '../../../../services/kit/test/tokenKinds.ts'
import { Bearers } from '../../../src/identity/bearer/bearers.ts'
import { type AskBridge, Bridge } from '../../../src/identity/bearer/bridge.ts'
import { RemoteKeys } from '../../../src/identity/bearer/keys.ts'
import type { TokenParts } from '../../../src/identity/callers.ts'

export const rule = {
  issuer: 'https://shop.test/identity',
  audience: 'bookshop',
  algorithms: ['ES256'],
  toleranceSeconds: 5,
}

export type Json = Record<string, unknown>

export interface Issuer {
  readonly jwks: string
  readonly privateKey: CryptoKey
  readonly publicJwk: JWK
  /** PEM of the public key: what a confused verifier would take for a secret. */
  readonly publicPem: string
  readonly header: JWTHeaderParameters
  /** Claims of a good token, now. */
  claims(change?: Json): Json
  /** Signed properly; undefined members are left out. */
  token(change?: Json, header?: Json): Promise<string>
}

export const now = (): number => Math.floor(Date.now() / 1000)

/** Without the members that are undefined. */
const told = (object: Json): Json => JSON.parse(JSON.stringify(object)) as Json

export async function newIssuer(kid = 'k1'): Promise<Issuer> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const publicJwk = { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' }
  const header = { alg: 'ES256', typ: 'at+jwt', kid }
  const claims = (change: Json = {}): Json =>
    told({
      iss: rule.issuer,
      aud: rule.audience,
      sub: '7',
      name: 'Ana',
      roles: ['customer'],
      scope: 'shop',
      sid: 's-1',
      client_id: 'web',
      iat: now(),
      exp: now() + 30,
      jti: 'j1',
      ...change,
    })
  return {
    jwks: JSON.stringify({ keys: [publicJwk] }),
    privateKey,
    publicJwk,
    publicPem: await exportSPKI(publicKey),
    header,
    claims,
    token: (change, odd = {}) =>
      new SignJWT(claims(change))
        .setProtectedHeader(told({ ...header, ...odd }) as JWTHeaderParameters)
        .sign(privateKey),
  }
}

/** The issuer's own pen, for kinds of tokens that nobody may believe. */
export const penOf = ({ header, publicJwk, publicPem, claims, privateKey }: Issuer): Pen => ({
  issuer: rule.issuer,
  audience: rule.audience,
  header,
  publicJwk: { ...publicJwk },
  publicPem,
  claims,
  sign: (input) => es256(KeyObject.from(privateKey), input),
})

export const bearersOf = (issuer: Issuer): Bearers =>
  new Bearers(new RemoteKeys({ fetchKeys: async () => issuer.jwks }).find, rule)

const noSession: AskBridge = async () => null

export const tokensOf = (issuer: Issuer, ask: AskBridge = noSession): TokenParts => ({
  bearers: bearersOf(issuer),
  bridge: new Bridge(ask),
})
