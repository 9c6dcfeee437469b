/**
 * Refuses what two readers of one message could understand differently, before anything else
 * looks at it. The octets between messages are llhttp's, which runs strict; what it says of a
 * broken message is put into words in `parseErrors.ts`.
 *
 * Pure; the cases are data in `test/guard/cases`, and raw in `test/vectors`.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http'
import { AmbiguousRequest, TargetTooLong } from '../errors.ts'
import { schemeOf } from '../origin.ts'
import { checkFields, type FieldLimits } from './fields.ts'
import { canonicalTarget, type Target } from './target.ts'

/** What the guard looks at: an http.IncomingMessage, or a case of the tests. */
export interface Message {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly httpVersion: string
  readonly rawHeaders: readonly string[]
  /** Tells how it came. */
  readonly socket?: IncomingMessage['socket']
}

export interface Guarded extends Target {
  readonly method: string
  /** Host as sent, lower case, with its port. */
  readonly host: string
  /** Octets of content that are announced; undefined when chunked or none. */
  readonly length: number | undefined
  readonly hasBody: boolean
}

export interface GuardLimits extends FieldLimits {
  /** Octets of the request target. RFC 9112 3 recommends at least 8000 for the whole line. */
  readonly target: number
}

/** What nginx and most browsers' servers allow, or a little more. */
export const guardLimits: GuardLimits = { target: 8_192, fields: 100, fieldBytes: 16_384 }

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
const name = "(?:[A-Za-z0-9\\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})+"
const hostForm = new RegExp(`^(?:${name}|\\[[0-9A-Fa-f:.]+\\])(?::(\\d{0,5}))?$`)
const plainHost = /^[a-z0-9\-.]+(?::\d{1,4})?$/

/** @throws AmbiguousRequest, TargetTooLong, FieldsTooLarge */
export function guard(message: Message, limits: GuardLimits = guardLimits): Guarded {
  const method = message.method ?? ''
  if (!methods.has(method)) {
    throw new AmbiguousRequest(
      `method ${method.slice(0, 20)} is not served`,
      'RFC 9110 15.6.2',
      501,
    )
  }
  const { httpVersion } = message
  if (httpVersion !== '1.1' && httpVersion !== '1.0') {
    throw new AmbiguousRequest(`HTTP/${httpVersion} is not spoken here`, 'RFC 9110 15.6.6', 505)
  }
  const url = message.url ?? ''
  if (url.length > limits.target) throw new TargetTooLong(limits.target)
  const fields = checkFields(message.rawHeaders, httpVersion, limits)
  const host = hostOf(fields.host)
  const { path, search, loose } = canonicalTarget(url, host, schemeOf(message))
  const { length, chunked } = fields
  const hasBody = chunked || (length !== undefined && length > 0)
  return { method, host, path, search, loose, length, hasBody }
}

/** The last one that was plain: most requests name the same. */
let lastPlain = ''

function hostOf(host: string): string {
  if (host === lastPlain) return host
  if (plainHost.test(host)) {
    lastPlain = host
    return host
  }
  const match = hostForm.exec(host)
  if (match === null || Number(match[1] ?? 0) > 65_535) {
    throw new AmbiguousRequest('Host is not a host and port', 'RFC 9110 7.2')
  }
  return host.toLowerCase()
}
