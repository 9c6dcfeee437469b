/**
 * The fields of one message, looked at in one pass: how many and how large they are, which stand
 * twice, what frames the content, and what `Connection` binds to this hop.
 *
 * Pure; the cases are data in `test/guard/cases` and `test/vectors`.
 *
 * @module
 */
import { AmbiguousRequest, ContentTooLarge, FieldsTooLarge } from '../errors.ts'
import { bitOf, endToEnd, hop, kindOf, once, ours, telling, twin } from './fieldKinds.ts'

export interface FieldLimits {
  /** Most fields of one message. */
  readonly fields: number
  /** Octets of all names and values, four more for each field. */
  readonly fieldBytes: number
}

export interface Fields {
  readonly host: string
  /** Octets that Content-Length announces; undefined when there is no such field. */
  readonly length: number | undefined
  readonly chunked: boolean
}

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

/** @throws AmbiguousRequest, FieldsTooLarge */
export function checkFields(
  raw: readonly string[],
  httpVersion: string,
  limits: FieldLimits,
): Fields {
  if (raw.length > limits.fields * 2) throw new FieldsTooLarge(`${limits.fields} fields`)
  let bytes = 0
  let host: string | undefined
  let length: number | undefined
  let chunked = false
  let seen = 0
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] as string
    const value = raw[i + 1] as string
    bytes += name.length + value.length + 4
    const kind = kindOf(name)
    if ((kind & (once | telling | twin)) === 0) continue
    if (kind & twin) refuse(`${name.toLowerCase()} reads like another field`, 'RFC 3875 4.1.18')
    if (kind & once) {
      const bit = bitOf(kind)
      if (seen & bit) refuseSecond(name.toLowerCase())
      seen |= bit
    }
    if (!(kind & telling)) continue
    if (kind & ours) {
      if (name.length === 4) host = value
      else checkExpect(value, httpVersion)
    } else if (kind & endToEnd) {
      length = lengthOf(value)
    } else if (name.length === 17) {
      checkTransferCoding(value, httpVersion)
      chunked = true
    } else if (name.length === 10) checkConnection(value)
  }
  if (bytes > limits.fieldBytes) throw new FieldsTooLarge(`${limits.fieldBytes} octets of fields`)
  if (host === undefined) return refuse('no Host field', 'RFC 9112 3.2')
  if (chunked && length !== undefined) {
    refuse('Content-Length beside Transfer-Encoding', 'RFC 9112 6.1')
  }
  return { host, length, chunked }
}

const refuse = (fact: string, rule: string, status?: number): never => {
  throw new AmbiguousRequest(fact, rule, status)
}

const rules: Readonly<Record<string, string>> = {
  cookie: 'RFC 6265 5.4',
  host: 'RFC 9112 3.2',
  origin: 'RFC 6454 7.3',
  'sec-websocket-key': 'RFC 6455 11.3.1',
  'sec-websocket-version': 'RFC 6455 11.3.5',
}
const refuseSecond = (name: string) => refuse(`two ${name} fields`, rules[name] ?? 'RFC 9110 5.3')

function lengthOf(value: string): number {
  if (!/^\d+$/.test(value)) refuse('Content-Length is not a number', 'RFC 9110 8.6')
  const length = Number(value)
  // What this process cannot count exactly it would announce wrongly.
  if (length > Number.MAX_SAFE_INTEGER) throw new ContentTooLarge(Number.MAX_SAFE_INTEGER)
  return length
}

/** Any other coding would have to be undone here, and the upstream is not told of it. */
function checkTransferCoding(value: string, httpVersion: string): void {
  if (httpVersion === '1.0') refuse('Transfer-Encoding in HTTP/1.0', 'RFC 9112 6.1')
  const codings = value.split(',').map((one) => one.trim().toLowerCase())
  if (codings.length === 1 && codings[0] === 'chunked') return
  const chunkedLast = codings.indexOf('chunked') === codings.length - 1
  if (!chunkedLast || !codings.every((one) => token.test(one))) {
    refuse('transfer codings do not end in one chunked', 'RFC 9112 6.3')
  }
  refuse('transfer coding other than chunked', 'RFC 9112 6.1', 501)
}

function checkExpect(value: string, httpVersion: string): void {
  // An HTTP/1.0 client's expectation is to be ignored.
  if (httpVersion === '1.0' || value.toLowerCase() === '100-continue') return
  refuse('expectation cannot be met', 'RFC 9110 10.1.1', 417)
}

/** A sender may bind its own extensions to this hop, not what is meant for the upstream. */
function checkConnection(value: string): void {
  if (value === 'keep-alive' || value === 'close' || value === 'Keep-Alive') return
  for (const part of value.split(',')) {
    const option = part.trim().toLowerCase()
    if (option === '') continue
    if (!token.test(option)) refuse('Connection option is not a token', 'RFC 9110 7.6.1')
    const kind = kindOf(option)
    if (kind & endToEnd && !(kind & hop)) {
      refuse(`Connection names ${option.slice(0, 40)}`, 'RFC 9110 7.6.1')
    }
  }
}
