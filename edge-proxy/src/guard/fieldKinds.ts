/**
 * What the edge knows about a field by its name: one table, asked once per field of a message.
 *
 * Spellings that real clients use are keys of their own, so that no name of an ordinary request has
 * to be brought to lower case first.
 *
 * Pure.
 *
 * @module
 */

/** Meant for every recipient: a `Connection` that names it would take it from the upstream. */
export const endToEnd = 1
/** May stand once (RFC 9110 5.3): a second one is a second opinion. */
export const once = 2
/** Stays on its hop (RFC 9110 7.6.1). */
export const hop = 4
/** Only the edge may say it, so it is taken out of what clients send. */
export const ours = 8
/** Has something to be looked at: framing, routing, expectations. */
export const telling = 16
/** Reads like a field above to a CGI-style application: underscores for dashes. */
export const twin = 32

const named: Readonly<Record<string, number>> = {
  host: ours | once | telling | endToEnd,
  'content-length': once | telling | endToEnd,
  'transfer-encoding': hop | once | telling,
  connection: hop | telling,
  expect: ours | once | telling | endToEnd,
  upgrade: hop | telling,
  trailer: hop,
  te: hop,
  'keep-alive': hop,
  'proxy-connection': hop,
  'proxy-authenticate': hop,
  'proxy-authorization': hop | once,
  'http2-settings': hop | once,
  'x-request-id': ours | once,
  traceparent: ours | once,
  tracestate: ours,
  forwarded: ours,
  'x-real-ip': ours,
  // RFC 6265 5.4: one field holds them all.
  cookie: once | endToEnd,
  'sec-websocket-key': once | endToEnd,
  'sec-websocket-version': once | endToEnd,
}
const onceMore = [
  ...['authorization', 'content-type', 'content-range', 'content-location', 'date', 'from'],
  ...['if-modified-since', 'if-range', 'if-unmodified-since', 'max-forwards', 'origin', 'range'],
  ...['referer', 'user-agent', 'x-csrf-token'],
]
const ordinary = [
  ...['accept', 'accept-charset', 'accept-encoding', 'accept-language', 'cache-control'],
  ...['access-control-request-headers', 'access-control-request-method', 'content-encoding'],
  ...['content-language', 'dnt', 'if-match', 'if-none-match', 'pragma', 'priority', 'via'],
  ...['sec-ch-ua', 'sec-ch-ua-mobile', 'sec-ch-ua-platform', 'sec-fetch-dest', 'sec-fetch-mode'],
  ...['sec-fetch-site', 'sec-fetch-user', 'sec-gpc', 'sec-websocket-extensions'],
  ...['sec-websocket-protocol', 'upgrade-insecure-requests', 'x-requested-with'],
  ...['idempotency-key', 'x-http-method-override'],
]

const lower = new Map<string, number>([
  ...Object.entries(named),
  ...onceMore.map((name): [string, number] => [name, once | endToEnd]),
  ...ordinary.map((name): [string, number] => [name, endToEnd]),
])
/** Each field that may stand once has a number of its own, below 32, above the flags. */
let numbers = 0
for (const [name, kind] of lower) {
  if (kind & once) lower.set(name, kind | (numbers++ << 8))
}
if (numbers > 32) throw new TypeError('more singletons than bits in a mask')

/** One bit for each field that may stand once. */
export const bitOf = (kind: number): number => 1 << (kind >> 8)

const capitals = (name: string): string => name.replace(/(?:^|-)[a-z]/g, (c) => c.toUpperCase())
const asSent = new Map(lower)
for (const [name, kind] of lower) asSent.set(capitals(name), kind)

const twinOf = new Set(['content-length', 'transfer-encoding', 'host', 'connection', 'cookie'])
for (const name of ['authorization', 'expect', 'upgrade', 'te', 'trailer']) twinOf.add(name)

/** A sum of the kinds above; 0 for a field of which nothing is known. */
export const kindOf = (name: string): number => asSent.get(name) ?? kindOfOther(name)

function kindOfOther(name: string): number {
  const small = name.toLowerCase()
  const known = lower.get(small)
  if (known !== undefined) return known
  const dashed = small.includes('_') ? small.replaceAll('_', '-') : small
  if (dashed.startsWith('x-forwarded-') || dashed.startsWith('x-matapalo-')) return ours
  if (dashed === small) return 0
  if (twinOf.has(dashed)) return twin
  return (lower.get(dashed) ?? 0) & ours
}
