/**
 * Access tokens that nobody may accept, made by somebody who knows the provider's public key, has a
 * valid token, and can sign with keys of their own.
 *
 * @module
 */
import { createHmac } from 'node:crypto'
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'

export interface Forgery {
  readonly what: string
  readonly token: string
}

export interface Mint {
  readonly issuer: string
  /** The provider's public keys. */
  readonly keys: { readonly keys: readonly JWK[] }
  /** A token like the provider's own, with other claims or header. */
  token(
    claims?: Readonly<Record<string, unknown>>,
    header?: Readonly<Record<string, unknown>>,
  ): Promise<string>
}

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const decoded = (part: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>

/** Plays the provider. */
export async function newMint(issuer = 'https://shop.test/identity'): Promise<Mint> {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }] }
  return { issuer, keys, token: tokenMaker(issuer, privateKey) }
}

const tokenMaker =
  (issuer: string, key: CryptoKey): Mint['token'] =>
  (claims = {}, header = {}) => {
    const now = Math.floor(Date.now() / 1000)
    const whole = {
      iss: issuer,
      aud: 'bookshop',
      sub: '7',
      client_id: 'app',
      roles: ['customer'],
      sid: 's',
      iat: now,
      exp: now + 60,
      ...claims,
    }
    const present = Object.fromEntries(Object.entries(whole).filter(([, one]) => one !== undefined))
    const protectedHeader = { alg: 'ES256', typ: 'at+jwt', kid: 'k1', ...header }
    return new SignJWT(present)
      .setProtectedHeader(protectedHeader as { alg: string })
      .sign(key, { crit: { x: true } } as never)
  }

/** @param valid a token that is accepted as it stands */
export async function forgeries(mint: Mint, valid: string): Promise<readonly Forgery[]> {
  const [header = '', payload = '', signature = ''] = valid.split('.')
  const [publicKey] = mint.keys.keys
  const claims = decoded(payload)
  const admin = encoded({ ...claims, roles: ['admin'] })
  const stranger = await generateKeyPair('ES256')
  const strangerJwk = await exportJWK(stranger.publicKey)
  const rsa = await generateKeyPair('RS256')
  const own = tokenMaker(mint.issuer, stranger.privateKey)
  const hmac = (key: string): string => {
    const head = encoded({ alg: 'HS256', typ: 'at+jwt', kid: publicKey?.kid })
    const mac = createHmac('sha256', key).update(`${head}.${payload}`).digest('base64url')
    return `${head}.${payload}.${mac}`
  }
  const unsigned = (alg: unknown): string => `${encoded({ alg, typ: 'at+jwt' })}.${admin}.`
  const flipped = (text: string, at: number): string =>
    `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`
  /** The same bytes for a lenient decoder: the last letter's unused bits are set. */
  const loose = (part: string): string => {
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const unused = part.length % 4 === 2 ? 15 : part.length % 4 === 3 ? 3 : 0
    const last = letters.indexOf(part.at(-1) ?? 'A')
    return unused === 0 ? `${part}=` : part.slice(0, -1) + letters[last ^ 1]
  }
  const kid = publicKey?.kid ?? ''
  return [
    { what: 'nothing', token: '' },
    { what: 'a word', token: 'nonsense' },
    { what: 'two dots', token: '..' },
    { what: 'alg none', token: unsigned('none') },
    { what: 'alg NoNe', token: unsigned('NoNe') },
    { what: 'an empty alg', token: unsigned('') },
    { what: 'no alg', token: unsigned(undefined) },
    {
      what: 'alg ES512 with a P-256 signature',
      token: `${encoded({ ...decoded(header), alg: 'ES512' })}.${payload}.${signature}`,
    },
    { what: 'HS256 with the public key as secret', token: hmac(JSON.stringify(publicKey)) },
    { what: 'HS256 with the public x as secret', token: hmac(String(publicKey?.x)) },
    { what: 'HS256 with an empty secret', token: hmac('') },
    {
      what: 'RS256 of a stranger',
      token: await new SignJWT(claims)
        .setProtectedHeader({ alg: 'RS256', kid, typ: 'at+jwt' })
        .sign(rsa.privateKey),
    },
    { what: 'a stranger’s key under our kid', token: await own({}, { kid }) },
    { what: 'a stranger’s key in jwk', token: await own({}, { jwk: strangerJwk, kid: undefined }) },
    {
      what: 'a stranger’s key at jku',
      token: await own({}, { jku: 'https://evil.test/jwks', kid: 'evil' }),
    },
    {
      what: 'a stranger’s key at x5u',
      token: await own({}, { x5u: 'https://evil.test/x', kid: 'evil' }),
    },
    { what: 'a kid that is a path', token: await own({}, { kid: '../../../../dev/null' }) },
    { what: 'a kid that is SQL', token: await own({}, { kid: "' UNION SELECT 'x" }) },
    { what: 'an unknown kid', token: await own({}, { kid: 'unknown' }) },
    { what: 'no signature', token: `${header}.${payload}.` },
    { what: 'no signature part', token: `${header}.${payload}` },
    { what: 'a fourth part', token: `${valid}.x` },
    { what: 'another signature bit', token: `${header}.${payload}.${flipped(signature, 10)}` },
    {
      what: 'a signature of zeros',
      token: `${header}.${payload}.${Buffer.alloc(64).toString('base64url')}`,
    },
    { what: 'a swapped payload', token: `${header}.${admin}.${signature}` },
    { what: 'a space at the front', token: ` ${valid}` },
    {
      what: 'a space in the payload',
      token: `${header}.${payload.slice(0, 9)} ${payload.slice(9)}.${signature}`,
    },
    { what: 'a tab at the end', token: `${valid}\tx` },
    { what: 'padding', token: `${header}.${payload}.${signature}==` },
    {
      what: 'the other base64 alphabet',
      token: `${header}.${payload}.${flipped(signature, 3).slice(0, 40)}+/${signature.slice(42)}`,
    },
    {
      what: 'a signature that is not canonical',
      token: `${header}.${payload}.${loose(signature)}`,
    },
    { what: 'a header that is not canonical', token: `${loose(header)}.${payload}.${signature}` },
    {
      what: 'JSON serialisation',
      token: JSON.stringify({ protected: header, payload, signature }),
    },
    { what: 'two hundred kilobytes', token: `${header}.${'A'.repeat(200_000)}.${signature}` },
  ]
}

/** Signed by the provider's own key, and not access tokens for this shop, now. */
export async function misfits(mint: Mint): Promise<readonly Forgery[]> {
  const now = Math.floor(Date.now() / 1000)
  const { token } = mint
  return [
    { what: 'expired', token: await token({ exp: now - 60 }) },
    { what: 'without expiry', token: await token({ exp: undefined }) },
    { what: 'not valid yet', token: await token({ nbf: now + 600 }) },
    { what: 'of another issuer', token: await token({ iss: 'https://evil.test/identity' }) },
    {
      what: 'of an issuer that begins alike',
      token: await token({ iss: `${mint.issuer}.evil.test` }),
    },
    { what: 'without issuer', token: await token({ iss: undefined }) },
    { what: 'for another audience', token: await token({ aud: 'library' }) },
    { what: 'for other audiences', token: await token({ aud: ['library', 'bookshops'] }) },
    { what: 'without audience', token: await token({ aud: undefined }) },
    { what: 'an ID token', token: await token({ aud: 'app' }, { typ: 'JWT' }) },
    { what: 'of no type', token: await token({}, { typ: undefined }) },
    { what: 'without subject', token: await token({ sub: undefined }) },
    { what: 'without client', token: await token({ client_id: undefined }) },
    { what: 'with a critical header nobody knows', token: await token({}, { crit: ['x'], x: 1 }) },
    { what: 'with an expiry that is a text', token: await token({ exp: String(now + 60) }) },
  ]
}
