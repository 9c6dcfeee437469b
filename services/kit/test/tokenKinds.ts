/**
 * Kinds of access tokens that nobody may believe: each a name and how to make one. The table is data
 * for the edge's tests and for every service's; a newcomer adds a line.
 *
 * @module
 */
import { createHmac, generateKeyPairSync, type KeyObject, sign as signBytes } from 'node:crypto'

export type Json = Record<string, unknown>

/** What a forger may use: the issuer's own pen, so that only the kind itself is wrong. */
export interface Pen {
  readonly issuer: string
  readonly audience: string
  /** Protected header of a good token. */
  readonly header: Json
  readonly publicJwk: Json
  readonly publicPem: string
  /** Claims of a good token, now; undefined members are left out. */
  claims(change?: Json): Json
  /** ES256 with the issuer's key over any octets, base64url. */
  sign(input: string): string
}

type Parts = readonly [header: string, payload: string, signature: string]
type Make = (pen: Pen) => string

export const nowSeconds = (): number => Math.floor(Date.now() / 1000)
const told = (object: Json): Json => JSON.parse(JSON.stringify(object)) as Json
const b64 = (octets: string | Buffer): string => Buffer.from(octets).toString('base64url')
const json = (value: unknown): string => b64(JSON.stringify(value))

/** Two parts as they stand, and the issuer's signature over them. */
const signedRaw = (pen: Pen, header: string, payload: string): string => {
  const input = `${header}.${payload}`
  return `${input}.${pen.sign(input)}`
}
const signedText = (pen: Pen, payload: string, header: Json = pen.header): string =>
  signedRaw(pen, json(told(header)), b64(payload))

/** Signed properly. */
export const tokenOf = (pen: Pen, claims: Json = {}, header: Json = {}): string =>
  signedText(pen, JSON.stringify(pen.claims(claims)), { ...pen.header, ...header })

const hmac = (pen: Pen, secret: string, header: Json): string => {
  const input = `${json({ ...pen.header, ...header })}.${json(pen.claims())}`
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
}

/** With a key of its own, under a header that says what it likes. */
const stranger = (alg: 'ES256' | 'RS256', pen: Pen, header: Json = {}): string => {
  const { privateKey } =
    alg === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 })
  const input = `${json(told({ ...pen.header, alg, ...header }))}.${json(pen.claims())}`
  return `${input}.${es256(privateKey, input)}`
}

/** Of an RSA key it is RS256. */
export const es256 = (key: KeyObject, input: string): string =>
  b64(signBytes('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }))

/** The last character's unused bits set: another spelling of the same octets. */
function loose(part: string): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return part.slice(0, -1) + letters[letters.indexOf(part.at(-1) as string) + 1]
}

/** A part whose length leaves unused bits: what is added to the JSON is white space. */
function withUnusedBits(value: unknown): string {
  for (const space of ['', ' ', '  ']) {
    const part = b64(JSON.stringify(value) + space)
    if (part.length % 4 !== 0) return part
  }
  throw new TypeError('one of three lengths leaves bits over')
}

const unsigned =
  (alg: unknown, signature = ''): Make =>
  (pen) =>
    `${json({ ...pen.header, alg })}.${json(pen.claims())}.${signature}`
const claims =
  (change: (now: number, pen: Pen) => Json): Make =>
  (pen) =>
    tokenOf(pen, change(nowSeconds(), pen))
const claim = (change: Json): Make => claims(() => change)
const headed =
  (change: Json): Make =>
  (pen) =>
    tokenOf(pen, {}, change)
const spelt =
  (respell: (parts: Parts) => string): Make =>
  (pen) =>
    respell(tokenOf(pen).split('.') as unknown as Parts)
const kid =
  (value: string): Make =>
  (pen) =>
    stranger('ES256', pen, { kid: value })
/** Claims as a text that no object gives. */
const payload =
  (respell: (text: string) => string): Make =>
  (pen) =>
    signedText(pen, respell(JSON.stringify(pen.claims())))

/** The value after `Bearer `. Some hold octets above 127, as latin1. */
export const tokenKinds: Readonly<Record<string, Make>> = {
  // No signature, or one that proves nothing.
  'alg none': unsigned('none'),
  'alg nOnE': unsigned('nOnE'),
  'alg none with a signature': unsigned('none', 'AAAA'),
  'alg empty': unsigned(''),
  'alg missing': unsigned(undefined, 'AAAA'),
  'alg a list': unsigned(['ES256'], 'AAAA'),
  'signature stripped': spelt(([header, body]) => `${header}.${body}.`),
  'signature and its dot stripped': spelt(([header, body]) => `${header}.${body}`),
  'signature of zeroes': spelt(([header, body]) => `${header}.${body}.${b64(Buffer.alloc(64))}`),
  'signature cut': spelt(([header, body, s]) => `${header}.${body}.${s.slice(0, 43)}`),
  'signature with a flipped bit': spelt(([header, body, signature]) => {
    const octets = Buffer.from(signature, 'base64url')
    octets[10] = (octets[10] as number) ^ 1
    return `${header}.${body}.${b64(octets)}`
  }),
  'another payload': (pen) => {
    const [header, , signature] = tokenOf(pen).split('.')
    return `${header}.${json(pen.claims({ sub: '1', roles: ['admin'] }))}.${signature}`
  },
  'another header': (pen) => {
    const [, body, signature] = tokenOf(pen).split('.')
    return `${json({ ...pen.header, x: 1 })}.${body}.${signature}`
  },
  // Algorithms.
  'HS256 with the public PEM': (pen) => hmac(pen, pen.publicPem, { alg: 'HS256' }),
  'HS256 with the public JWK': (pen) => hmac(pen, JSON.stringify(pen.publicJwk), { alg: 'HS256' }),
  'HS256 with the public x': (pen) => hmac(pen, String(pen.publicJwk.x), { alg: 'HS256' }),
  'HS256 with no secret': (pen) => hmac(pen, '', { alg: 'HS256' }),
  'HMAC under alg ES256': (pen) => hmac(pen, pen.publicPem, {}),
  'RS256 of a stranger': (pen) => stranger('RS256', pen),
  'ES256 of a stranger': (pen) => stranger('ES256', pen),
  'ES384 named for ES256': headed({ alg: 'ES384' }),
  'ES512 named for ES256': headed({ alg: 'ES512' }),
  'EdDSA named for ES256': headed({ alg: 'EdDSA' }),
  // Keys that the token itself names.
  'its own jwk': (pen) => stranger('ES256', pen, { jwk: pen.publicJwk }),
  'its own jwk and no kid': (pen) => stranger('ES256', pen, { jwk: pen.publicJwk, kid: undefined }),
  'its own jku': (pen) => stranger('ES256', pen, { jku: 'https://evil.test/jwks' }),
  'its own x5u': (pen) => stranger('ES256', pen, { x5u: 'https://evil.test/cert' }),
  'its own x5c': (pen) => stranger('ES256', pen, { x5c: ['MIIB'] }),
  'jku beside a good signature': headed({ jku: 'https://evil.test/jwks' }),
  'kid that is unknown': kid('unknown'),
  'kid that climbs': kid('../../../../dev/null'),
  'kid with SQL': kid("k1' UNION SELECT 'secret"),
  'kid with a command': kid('k1|cat /etc/passwd'),
  'kid with NUL': kid('k1\0'),
  'kid of the prototype': kid('__proto__'),
  'kid empty': kid(''),
  'kid a number': (pen) => stranger('ES256', pen, { kid: 1 }),
  'kid missing': headed({ kid: undefined }),
  // Time.
  expired: claims((now) => ({ iat: now - 120, exp: now - 60 })),
  'not yet valid': claims((now) => ({ nbf: now + 60 })),
  'issued in the future': claims((now) => ({ iat: now + 600, exp: now + 900 })),
  'never issued': claim({ iat: undefined }),
  'without an end': claim({ exp: undefined }),
  'an end in words': claim({ exp: '2999-01-01' }),
  'an end as text': claims((now) => ({ exp: String(now + 60) })),
  'an end beyond numbers': payload((text) => text.replace(/"exp":\d+/, '"exp":"1e999"')),
  // For whom, and of whom.
  'another audience': claim({ aud: 'warehouse' }),
  'audience with a longer name': claims((_, pen) => ({ aud: `${pen.audience}2` })),
  'audience in another case': claims((_, pen) => ({ aud: pen.audience.toUpperCase() })),
  'audience of the client': claim({ aud: 'app' }),
  'no audience': claim({ aud: undefined }),
  'audiences without ours': claim({ aud: ['a', 'b'] }),
  'another issuer': claim({ iss: 'https://evil.test' }),
  'issuer with a longer path': claims((_, pen) => ({ iss: `${pen.issuer}/x` })),
  'issuer with a shorter path': claims((_, pen) => ({ iss: new URL(pen.issuer).origin })),
  'issuer that begins alike': claims((_, pen) => ({ iss: `${pen.issuer}.evil.test` })),
  'issuers in a list': claims((_, pen) => ({ iss: [pen.issuer] })),
  'no issuer': claim({ iss: undefined }),
  'no subject': claim({ sub: undefined }),
  'subject a number': claim({ sub: 7 }),
  'subject empty': claim({ sub: '' }),
  'no client': claim({ client_id: undefined }),
  'roles in one text': claim({ roles: 'admin' }),
  'roles that are no texts': claim({ roles: [['admin']] }),
  'scopes in a list': claim({ scope: ['orders:read'] }),
  'sid that climbs': claim({ sid: '../../users/1' }),
  // Another kind of token.
  'an ID token': headed({ typ: 'JWT' }),
  'no typ': headed({ typ: undefined }),
  'a logout token': headed({ typ: 'logout+jwt' }),
  'crit that is understood by nobody': (pen) =>
    signedRaw(pen, json({ ...pen.header, crit: ['exp'], exp: 1 }), json(pen.claims())),
  'crit with b64': (pen) =>
    signedRaw(pen, json({ ...pen.header, crit: ['b64'], b64: true }), json(pen.claims())),
  'crit empty': (pen) => signedRaw(pen, json({ ...pen.header, crit: [] }), json(pen.claims())),
  // Nested, encrypted, in another form.
  'a token in a token': (pen) => signedText(pen, tokenOf(pen), { ...pen.header, cty: 'JWT' }),
  'a token as a JSON text': (pen) => signedText(pen, JSON.stringify(tokenOf(pen))),
  'four parts': spelt((all) => `${all.join('.')}.x`),
  'five parts': spelt((all) => `${all.join('.')}.a.b`),
  'JSON serialisation': spelt(([header, body, signature]) =>
    JSON.stringify({ payload: body, signatures: [{ protected: header, signature }] }),
  ),
  'payload a list': payload((text) => `[${text}]`),
  'payload no JSON': payload(() => 'sub=7'),
  'payload not UTF-8': (pen) =>
    signedRaw(
      pen,
      json(pen.header),
      b64(
        Buffer.concat([
          Buffer.from(JSON.stringify(pen.claims()).slice(0, -1)),
          Buffer.from(',"x":"'),
          Buffer.from([0xff, 0x22, 0x7d]),
        ]),
      ),
    ),
  // Two readings.
  'sub twice': payload((text) => text.replace('{', '{"sub":"1",')),
  'sub twice, once escaped': payload((text) => text.replace('{', '{"s\\u0075b":"1",')),
  'roles twice': payload((text) => text.replace(/}$/, ',"roles":["admin"]}')),
  'alg twice in the header': (pen) =>
    signedRaw(
      pen,
      b64(JSON.stringify(pen.header).replace('{', '{"alg":"none",')),
      json(pen.claims()),
    ),
  // White space, padding, other spellings.
  'a space after the token': spelt((all) => `${all.join('.')} x`),
  'two spaces before the token': spelt((all) => ` ${all.join('.')}`),
  'a tab before the token': spelt((all) => `\t${all.join('.')}`),
  'a space inside': spelt(([header, body, signature]) => `${header}.${body} .${signature}`),
  'a space in the payload': spelt(
    ([header, body, s]) => `${header}.${body.slice(0, 9)} ${body.slice(9)}.${s}`,
  ),
  'a space in the signature': spelt(
    ([header, body, s]) => `${header}.${body}.${s.slice(0, 9)} ${s.slice(9)}`,
  ),
  'a tab inside': spelt(([header, body, signature]) => `${header}\t.${body}.${signature}`),
  'no-break space at the end': spelt((all) => `${all.join('.')}\u00a0`),
  'padding at the end': spelt((all) => `${all.join('.')}==`),
  'padding in the header': spelt(([header, ...rest]) => [`${header}=`, ...rest].join('.')),
  'stray bits in the signature': spelt(
    ([header, body, signature]) => `${header}.${body}.${loose(signature)}`,
  ),
  'stray bits in the header': (pen) =>
    signedRaw(pen, loose(withUnusedBits(pen.header)), json(pen.claims())),
  'stray bits in the payload': (pen) =>
    signedRaw(pen, json(pen.header), loose(withUnusedBits(pen.claims()))),
  'base64 of the other alphabet': spelt(
    ([header, body, s]) => `${header}.${body}.${s.replaceAll('-', '+').replaceAll('_', '/')}+`,
  ),
  'a header spelt with white space': (pen) =>
    signedRaw(pen, `${json(pen.header)} `, json(pen.claims())),
  'percent-encoded': spelt((all) => encodeURIComponent(all.join('.')).replaceAll('.', '%2E')),
  'in quotes': spelt((all) => `"${all.join('.')}"`),
  'two tokens': spelt((all) => `${all.join('.')}, ${all.join('.')}`),
  // No token at all.
  empty: () => '',
  'two dots': () => '..',
  'three dots': () => '...',
  'one word': () => 'password',
  'too long': claim({ name: 'x'.repeat(9_000) }),
}
