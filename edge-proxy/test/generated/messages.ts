/**
 * Requests and answers that no person would think of: put together from parts of the grammar and from
 * what stands just outside of it, then spoilt by a few octets.
 *
 * @module
 */
import fc from 'fast-check'

const crlf = fc.oneof(
  { weight: 150, arbitrary: fc.constant('\r\n') },
  { weight: 1, arbitrary: fc.constantFrom('\n', '\r', '\r\r\n', ' \r\n', '\0\r\n', '') },
)
const odd = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((c) => String.fromCharCode(c)) })
const mostly = (usual: readonly string[], rare: fc.Arbitrary<string>) =>
  fc.oneof({ weight: 30, arbitrary: fc.constantFrom(...usual) }, { weight: 1, arbitrary: rare })

type Pair = readonly [fields: string, content: string]
const mostly2 = (usual: readonly Pair[], rare: readonly Pair[]): fc.Arbitrary<Pair> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...usual) },
    { weight: 1, arbitrary: fc.constantFrom(...rare) },
  )

const methods = ['GET', 'GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
const method = mostly(
  methods,
  fc.constantFrom('TRACE', 'CONNECT', 'PRI', 'PROPFIND', 'get', 'X', ''),
)
const segment = mostly(
  ['a', 'books', '1', 'a.b', '%41', '%e2%82%ac', 'x;y=z'],
  fc.constantFrom(
    '..',
    '.',
    '%2e%2e',
    '%2f',
    '%5c',
    '%00',
    '%c0%af',
    '',
    '\\',
    '%25%32',
    '%',
    '{}',
  ),
)
const query = mostly(
  ['', '?a=b', '?a=%2f&b'],
  odd.map((text) => `?${text}`),
)
const path = fc
  .tuple(fc.array(segment, { maxLength: 4 }), query)
  .map(([segments, rest]) => `/${segments.join('/')}${rest}`)
const target = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom('/orders', '/api/books/1', '/books/2?a=b', '/api/staff/x'),
  },
  { weight: 2, arbitrary: path },
  { weight: 1, arbitrary: fc.constantFrom('*', 'http://shop.test/x', 'shop.test:80', '//x') },
)
const version = mostly(
  ['HTTP/1.1'],
  fc.constantFrom('HTTP/1.0', 'HTTP/2.0', 'HTTP/1.2', 'HTTP/9', ''),
)

const known: readonly (readonly [string, readonly string[]])[] = [
  ['Connection', ['close', 'keep-alive', 'Upgrade', 'TE, close', 'X-A', ',,', 'trailer']],
  ['Trailer', ['X-A', 'Content-Length', '']],
  ['TE', ['trailers', 'gzip;q=1, trailers']],
  ['Expect', ['100-continue', '100-Continue', 'x', '']],
  ['Upgrade', ['websocket', 'h2c', 'websocket, h2c', '']],
  ['Sec-WebSocket-Key', ['dGhlIHNhbXBsZSBub25jZQ==', 'x']],
  ['Sec-WebSocket-Version', ['13', '8']],
  ['HTTP2-Settings', ['AAMAAABkAAQAAP__']],
  ['Cookie', ['sid=a', 'sid=a; sid=b', '=;=;', 'sid="a']],
  ['Authorization', ['Bearer x', 'Basic YTpi']],
  ['X-Forwarded-For', ['6.6.6.6']],
  ['X-Request-Id', ['request-1234', '\t']],
  ['Traceparent', ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', '00']],
  ['Tracestate', ['matapalo=x.y', 'matapalo=', ',']],
  ['Content-Type', ['text/plain']],
  ['Range', ['bytes=0-1', 'bytes=9-1']],
  ['Proxy-Connection', ['keep-alive']],
]
/** Each of these alone is enough for a refusal, most of the time. */
const fatal: readonly (readonly [string, readonly string[]])[] = [
  ['Host', ['shop.test', 'a,b', '']],
  ['Connection', ['Host', '"', 'close, cookie']],
  ['Content-Length', ['5', '+5', '-1', '99999999999', '5,5', '']],
  ['Transfer-Encoding', ['chunked', 'gzip, chunked', 'chunked, gzip', 'identity', '']],
  ['Transfer_Encoding', ['chunked']],
]
const oneOf = (fields: typeof known) =>
  fc
    .constantFrom(...fields)
    .chain(([name, values]) => fc.tuple(fc.constant(name), fc.constantFrom(...values)))
const text = fc.string({ unit: 'grapheme-ascii' })
const field = fc.oneof(
  { weight: 60, arbitrary: oneOf(known) },
  { weight: 12, arbitrary: fc.tuple(fc.constantFrom('X-A', 'x_b', 'Accept'), text) },
  { weight: 3, arbitrary: oneOf(fatal) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom('X-A', 'Accept'), odd) },
  { weight: 1, arbitrary: fc.tuple(odd, odd) },
)
const lines = fc
  .tuple(
    fc.array(field, { maxLength: 5 }),
    crlf,
    mostly([': ', ': ', ':', ':\t'], fc.constant(' : ')),
  )
  .map(([fields, end, colon]) => fields.map(([name, value]) => name + colon + value + end).join(''))

const chunked = 'Transfer-Encoding: chunked\r\n'
/** The field that frames a content, and the content. */
const framed = mostly2(
  [
    ['', ''],
    ['', ''],
    ['Content-Length: 5\r\n', 'hello'],
    ['Content-Length: 0\r\n', ''],
    [chunked, '5\r\nhello\r\n0\r\n\r\n'],
    [chunked, '5;a=b\r\nhello\r\n0\r\nX-A: b\r\n\r\n'],
    ['Content-Length: 20000\r\n', 'x'.repeat(20_000)],
    ['', 'GET /behind HTTP/1.1\r\nHost: shop.test\r\n\r\n'],
  ],
  [
    ['Content-Length: 9\r\n', 'hello'],
    ['Content-Length: 3\r\n', 'hello'],
    [chunked, '5\r\nhel'],
    [chunked, '5\r\nhello\r\n'],
    [chunked, 'zz\r\n'],
    [chunked, '5\nhello'],
    [chunked, '5\r\nhello\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n'],
    [chunked, 'ffffffffffffffff\r\n'],
    ['', '\0'.repeat(9)],
  ],
)

/** Replaces, drops or doubles an octet here and there. */
const spoil = (text: string, edits: readonly (readonly [number, string])[]): string =>
  edits.reduce((now, [where, what]) => {
    const at = Math.floor(where * (now.length + 1))
    return now.slice(0, at) + what + now.slice(at + Number(what.length !== 2))
  }, text)
const where = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true })
const what = fc.constantFrom(
  '\0',
  '\r',
  '\n',
  ' ',
  ':',
  '\t',
  '',
  'xx',
  ',',
  ';',
  '\x80',
  '\xff',
  '%',
)
const edits = fc.oneof(
  { weight: 8, arbitrary: fc.constant([]) },
  { weight: 1, arbitrary: fc.array(fc.tuple(where, what), { minLength: 1, maxLength: 3 }) },
)

export interface Generated {
  readonly octets: string
  /** The client goes away right behind its octets, with an end or a reset. */
  readonly leaves: 'no' | 'end' | 'reset'
}

export const generatedRequest: fc.Arbitrary<Generated> = fc.record({
  octets: fc
    .tuple(method, target, version, crlf, lines, framed, crlf, edits)
    .map(([verb, to, http, end, fields, [framing, body], last, changes]) =>
      spoil(
        `${verb} ${to} ${http}${end}Host: shop.test\r\n${fields}${framing}${last}${body}`,
        changes,
      ),
    ),
  leaves: fc.constantFrom('no', 'no', 'no', 'end', 'reset'),
})

const status = mostly(
  ['200 OK', '200 OK', '204 No Content', '304 Not Modified', '404 Not Found', '500 X'],
  fc.constantFrom(
    '100 Continue',
    '101 Switching Protocols',
    '103 Early Hints',
    '999 X',
    '99 X',
    '20',
  ),
)
const answerField = mostly(
  [
    ...[
      'Connection: close',
      'Connection: X-A, keep-alive',
      'Trailer: X-A',
      'Set-Cookie: sid=a; Path=/',
    ],
    ...[
      'Link: </a>; rel=preload',
      'Link: x',
      'Keep-Alive: timeout=1',
      'Upgrade: websocket',
      'X-A: b',
    ],
    ...['Location: http://x/', 'Content-Length: 6', 'X-A: caf\xe9', 'Date: x'],
  ],
  odd.map((value) => `X-A: ${value}`),
)
/** What an upstream may send back to anything. */
export const generatedAnswer: fc.Arbitrary<string> = fc
  .tuple(fc.boolean(), status, fc.array(answerField, { maxLength: 3 }), framed, edits)
  .map(([hints, code, fields, [framing, body], changes]) =>
    spoil(
      `${hints ? 'HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n' : ''}HTTP/1.1 ${code}\r\n${fields
        .map((one) => `${one}\r\n`)
        .join('')}${framing}\r\n${body}`,
      changes,
    ),
  )
