/**
 * Kinds of tokens that nobody may believe: each a name and how to make one. A newcomer adds a line.
 *
 * @module
 */
import { createHmac, generateKeyPairSync, sign as signBytes } from 'node:crypto'
import { type CompactJWSHeaderParameters, CompactSign } from 'jose'
import { type Issuer, type Json, now, rule } from './issuer.ts'

const b64 = (text: string | Buffer): string => Buffer.from(text).toString('base64url')
const json = (value: unknown): string => b64(JSON.stringify(value))

/** Signs any text as payload, under any header, with the issuer's own key. */
const signedText = (issuer: Issuer, payload: string, header: Json = issuer.header) =>
  new CompactSign(new TextEncoder().encode(payload))
    .setProtectedHeader(header as CompactJWSHeaderParameters)
    .sign(issuer.privateKey)

/** Signs octets that jose would not: the header is any text. */
async function signedRaw(issuer: Issuer, header: string, payload: string): Promise<string> {
  const input = `${header}.${payload}`
  const algorithm = { name: 'ECDSA', hash: 'SHA-256' }
  const octets = new TextEncoder().encode(input)
  const signature = await crypto.subtle.sign(algorithm, issuer.privateKey, octets)
  return `${input}.${b64(Buffer.from(signature))}`
}

const hmac = (issuer: Issuer, secret: string, header: Json) => {
  const input = `${json({ ...issuer.header, ...header })}.${json(issuer.claims())}`
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
}

const parts = async (issuer: Issuer): Promise<[string, string, string]> =>
  (await issuer.token()).split('.') as [string, string, string]

/** The last character's unused bits set: another spelling of the same octets. */
function loose(part: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const last = alphabet.indexOf(part.at(-1) as string)
  return part.slice(0, -1) + alphabet[last + 1]
}

const stranger = (alg: 'ES256' | 'RS256', issuer: Issuer, header: Json = {}): string => {
  const { privateKey } =
    alg === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 })
  const input = `${json({ ...issuer.header, alg, ...header })}.${json(issuer.claims())}`
  const key = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const
  return `${input}.${b64(signBytes('sha256', Buffer.from(input), key))}`
}

type Make = (issuer: Issuer) => string | Promise<string>

const unsigned = (alg: unknown, signature = ''): Make => {
  return (issuer) => `${json({ ...issuer.header, alg })}.${json(issuer.claims())}.${signature}`
}
const claims = (change: Json): Make => {
  return (issuer) => issuer.token(change)
}
const headed = (change: Json): Make => {
  return (issuer) =>
    signedText(issuer, JSON.stringify(issuer.claims()), { ...issuer.header, ...change })
}
const spelt = (respell: (parts: [string, string, string]) => string): Make => {
  return async (issuer) => respell(await parts(issuer))
}
const kid = (value: string): Make => {
  return (issuer) => stranger('ES256', issuer, { kid: value })
}

/** The value after `Bearer `. */
export const attacks: Readonly<Record<string, Make>> = {
  // No signature, or one that proves nothing.
  'alg none': unsigned('none'),
  'alg nOnE': unsigned('nOnE'),
  'alg none with a signature': unsigned('none', 'AAAA'),
  'alg empty': unsigned(''),
  'alg missing': unsigned(undefined, 'AAAA'),
  'alg a list': unsigned(['ES256'], 'AAAA'),
  'signature stripped': spelt(([header, payload]) => `${header}.${payload}.`),
  'signature and its dot stripped': spelt(([header, payload]) => `${header}.${payload}`),
  'signature of zeroes': spelt(
    ([header, payload]) => `${header}.${payload}.${b64(Buffer.alloc(64))}`,
  ),
  'signature cut': spelt(([header, payload, s]) => `${header}.${payload}.${s.slice(0, 43)}`),
  'signature with a flipped bit': spelt(([header, payload, signature]) => {
    const octets = Buffer.from(signature, 'base64url')
    octets[10] = (octets[10] as number) ^ 1
    return `${header}.${payload}.${b64(octets)}`
  }),
  'another payload': async (issuer) => {
    const [header, , signature] = await parts(issuer)
    return `${header}.${json(issuer.claims({ sub: '1', roles: ['admin'] }))}.${signature}`
  },
  'another header': async (issuer) => {
    const [, payload, signature] = await parts(issuer)
    return `${json({ ...issuer.header, x: 1 })}.${payload}.${signature}`
  },
  // Algorithms.
  'HS256 with the public PEM': (issuer) => hmac(issuer, issuer.publicPem, { alg: 'HS256' }),
  'HS256 with the public JWK': (issuer) =>
    hmac(issuer, JSON.stringify(issuer.publicJwk), { alg: 'HS256' }),
  'HS256 with no secret': (issuer) => hmac(issuer, '', { alg: 'HS256' }),
  'HMAC under alg ES256': (issuer) => hmac(issuer, issuer.publicPem, {}),
  'RS256 of a stranger': (issuer) => stranger('RS256', issuer),
  'ES256 of a stranger': (issuer) => stranger('ES256', issuer),
  'ES384 named for ES256': async (issuer) => {
    const [, payload, signature] = await parts(issuer)
    return `${json({ ...issuer.header, alg: 'ES384' })}.${payload}.${signature}`
  },
  // Keys that the token itself names.
  'its own jwk': (issuer) => stranger('ES256', issuer, { jwk: issuer.publicJwk }),
  'its own jku': (issuer) => stranger('ES256', issuer, { jku: 'https://evil.test/jwks' }),
  'its own x5u': (issuer) => stranger('ES256', issuer, { x5u: 'https://evil.test/cert' }),
  'its own x5c': (issuer) => stranger('ES256', issuer, { x5c: ['MIIB'] }),
  'jku beside a good signature': headed({ jku: 'https://evil.test/jwks' }),
  'kid that climbs': kid('../../../../dev/null'),
  'kid with SQL': kid("k1' UNION SELECT 'secret"),
  'kid with a command': kid('k1|cat /etc/passwd'),
  'kid with NUL': kid('k1\0'),
  'kid of the prototype': kid('__proto__'),
  'kid empty': kid(''),
  'kid a number': (issuer) => stranger('ES256', issuer, { kid: 1 }),
  'kid missing': async (issuer) => issuer.token({}, { kid: undefined }),
  // Time.
  expired: claims({ iat: now() - 120, exp: now() - 60 }),
  'not yet valid': claims({ nbf: now() + 60 }),
  'issued in the future': claims({ iat: now() + 600, exp: now() + 900 }),
  'without an end': claims({ exp: undefined }),
  'an end in words': claims({ exp: '2999-01-01' }),
  'an end beyond numbers': (issuer) =>
    signedText(issuer, JSON.stringify(issuer.claims()).replace(/"exp":\d+/, '"exp":"1e999"')),
  // For whom, and of whom.
  'another audience': claims({ aud: 'warehouse' }),
  'audience with a longer name': claims({ aud: 'bookshop2' }),
  'audience in another case': claims({ aud: 'BookShop' }),
  'no audience': claims({ aud: undefined }),
  'audiences without ours': claims({ aud: ['a', 'b'] }),
  'another issuer': claims({ iss: 'https://evil.test' }),
  'issuer with a longer path': claims({ iss: `${rule.issuer}/x` }),
  'issuer with a shorter path': claims({ iss: 'https://shop.test' }),
  'issuers in a list': claims({ iss: [rule.issuer] }),
  'no issuer': claims({ iss: undefined }),
  'no subject': claims({ sub: undefined }),
  'subject a number': claims({ sub: 7 }),
  'no client': claims({ client_id: undefined }),
  'roles in one text': claims({ roles: 'admin' }),
  'sid that climbs': claims({ sid: '../../users/1' }),
  // Another kind of token.
  'an ID token': headed({ typ: 'JWT' }),
  'no typ': (issuer) => issuer.token({}, { typ: undefined }),
  'a logout token': headed({ typ: 'logout+jwt' }),
  'crit that is understood by nobody': (issuer) =>
    signedRaw(issuer, json({ ...issuer.header, crit: ['exp'], exp: 1 }), json(issuer.claims())),
  'crit with b64': (issuer) =>
    signedRaw(issuer, json({ ...issuer.header, crit: ['b64'], b64: true }), json(issuer.claims())),
  'crit empty': (issuer) =>
    signedRaw(issuer, json({ ...issuer.header, crit: [] }), json(issuer.claims())),
  // Nested, encrypted, in another form.
  'a token in a token': async (issuer) =>
    signedText(issuer, await issuer.token(), { ...issuer.header, cty: 'JWT' }),
  'a token as a JSON text': async (issuer) =>
    signedText(issuer, JSON.stringify(await issuer.token())),
  'five parts': spelt(([header, payload, signature]) => `${header}.${payload}.${signature}.a.b`),
  'JSON serialisation': spelt(([header, payload, signature]) =>
    JSON.stringify({ payload, signatures: [{ protected: header, signature }] }),
  ),
  'payload a list': (issuer) => signedText(issuer, JSON.stringify([issuer.claims()])),
  'payload no JSON': (issuer) => signedText(issuer, 'sub=7'),
  'payload not UTF-8': (issuer) =>
    signedRaw(
      issuer,
      json(issuer.header),
      b64(
        Buffer.concat([
          Buffer.from(JSON.stringify(issuer.claims()).slice(0, -2)),
          Buffer.from([0xff, 0x22, 0x7d]),
        ]),
      ),
    ),
  // Two readings.
  'sub twice': (issuer) =>
    signedText(issuer, JSON.stringify(issuer.claims()).replace('{', '{"sub":"1",')),
  'sub twice, once escaped': (issuer) =>
    signedText(issuer, JSON.stringify(issuer.claims()).replace('{', '{"s\\u0075b":"1",')),
  'alg twice in the header': (issuer) =>
    signedRaw(
      issuer,
      b64(JSON.stringify(issuer.header).replace('{', '{"alg":"none",')),
      json(issuer.claims()),
    ),
  // White space, padding, other spellings.
  'a space after the token': spelt((all) => `${all.join('.')} x`),
  'two spaces before the token': spelt((all) => ` ${all.join('.')}`),
  'a tab before the token': spelt((all) => `\t${all.join('.')}`),
  'a space inside': spelt(([header, payload, signature]) => `${header}.${payload} .${signature}`),
  'a space in the signature': spelt(
    ([header, payload, s]) => `${header}.${payload}.${s.slice(0, 9)} ${s.slice(9)}`,
  ),
  'a tab inside': spelt(([header, payload, signature]) => `${header}\t.${payload}.${signature}`),
  'no-break space at the end': spelt((all) => `${all.join('.')}\u00a0`),
  'padding at the end': spelt((all) => `${all.join('.')}==`),
  'padding in the header': spelt(([header, ...rest]) => [`${header}=`, ...rest].join('.')),
  'stray bits in the signature': spelt(
    ([header, payload, signature]) => `${header}.${payload}.${loose(signature)}`,
  ),
  'base64 of the other alphabet': spelt(
    ([header, payload, s]) =>
      `${header}.${payload}.${s.replaceAll('-', '+').replaceAll('_', '/')}+`,
  ),
  'a header spelt with white space': (issuer) =>
    signedRaw(issuer, `${json(issuer.header)} `, json(issuer.claims())),
  'percent-encoded': spelt((all) => encodeURIComponent(all.join('.')).replaceAll('.', '%2E')),
  'in quotes': spelt((all) => `"${all.join('.')}"`),
  'two tokens': spelt((all) => `${all.join('.')}, ${all.join('.')}`),
  // No token at all.
  empty: () => '',
  'three dots': () => '...',
  'one word': () => 'password',
  'too long': (issuer) => issuer.token({ name: 'x'.repeat(9_000) }),
}
