/**
 * Refuses what two readers of one message could understand differently, before anything else
 * looks at it. Message framing itself is llhttp's, which runs strict.
 *
 * Pure; the cases are data in `test/guard/cases`.
 *
 * @module
 */
import { AmbiguousRequest } from '../errors.ts'
import { canonicalTarget, type Target } from './target.ts'

/** What the guard looks at: an http.IncomingMessage, or a case of the tests. */
export interface Message {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly httpVersion: string
  readonly rawHeaders: readonly string[]
}

export interface Guarded extends Target {
  readonly method: string
  /** Host as sent, lower case, with its port. */
  readonly host: string
}

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
const regName = /^(?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})+(?::\d{0,5})?$/
const ipLiteral = /^\[[0-9A-Fa-f:.]+\](?::\d{0,5})?$/

/** Fields that may stand once: a second one is a second opinion. */
const singletons = new Set(['host', 'content-length', 'authorization', 'content-type', 'expect'])

/** @throws AmbiguousRequest */
export function guard(message: Message): Guarded {
  const method = message.method ?? ''
  if (!methods.has(method)) {
    throw new AmbiguousRequest(
      `method ${method.slice(0, 20)} is not served`,
      'RFC 9110 15.6.2',
      501,
    )
  }
  const host = hostOf(message)
  const target = canonicalTarget(message.url ?? '')
  return { method, host, path: target.path, search: target.search }
}

function hostOf(message: Message): string {
  let host: string | undefined
  const seen = new Set<string>()
  const raw = message.rawHeaders
  for (let i = 0; i < raw.length; i += 2) {
    const name = (raw[i] ?? '').toLowerCase()
    if (!singletons.has(name)) continue
    if (seen.has(name)) throw new AmbiguousRequest(`two ${name} fields`, 'RFC 9110 5.3')
    seen.add(name)
    if (name === 'host') host = raw[i + 1] ?? ''
  }
  if (host === undefined) throw new AmbiguousRequest('no Host field', 'RFC 9112 3.2')
  if (!regName.test(host) && !ipLiteral.test(host)) {
    throw new AmbiguousRequest('Host is not a host and port', 'RFC 9110 7.2')
  }
  return host.toLowerCase()
}
