/**
 * Which fields pass the edge. Hop-by-hop fields stay on their hop (RFC 9110 7.6.1), and whatever
 * only an edge may say is taken out of what clients send, also when it is spelt with underscores,
 * which CGI-style applications cannot tell from dashes.
 *
 * Pure.
 *
 * @module
 */

import { hop, kindOf, ours } from '../guard/fieldKinds.ts'

/** Lower-case names that the `Connection` fields of a message bind to its hop. */
export function connectionTokens(raw: readonly string[]): ReadonlySet<string> | undefined {
  let tokens: Set<string> | undefined
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] ?? ''
    if (name.length !== 10 || name.toLowerCase() !== 'connection') continue
    for (const token of (raw[i + 1] ?? '').split(',')) {
      const text = token.trim().toLowerCase()
      if (text === '' || text === 'close' || text === 'keep-alive') continue
      tokens ??= new Set()
      tokens.add(text)
    }
  }
  return tokens
}

/** End-to-end fields of a client's request, without those that only the edge may set. */
export function requestFields(raw: readonly string[]): string[] {
  const bound = connectionTokens(raw)
  const fields: string[] = []
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] as string
    if (kindOf(name) & (hop | ours) || bound?.has(name.toLowerCase())) continue
    fields.push(name, raw[i + 1] ?? '')
  }
  return fields
}

/** End-to-end fields of an upstream's answer. */
export function answerFields(raw: readonly string[]): string[] {
  const bound = connectionTokens(raw)
  const fields: string[] = []
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] as string
    const kind = kindOf(name)
    if (kind & hop || bound?.has(name.toLowerCase())) continue
    if (kind & ours && mayNotAnswer(name.toLowerCase())) continue
    fields.push(name, raw[i + 1] ?? '')
  }
  return fields
}

const mayNotAnswer = (name: string): boolean =>
  name.startsWith('x-matapalo-') || name === 'x-request-id'

export interface Provenance {
  readonly host: string
  readonly remoteAddress: string
  readonly scheme: 'http' | 'https'
  readonly requestId: string
  readonly traceparent: string
  readonly tracestate?: string | undefined
  /** Signed identity for a service; absent for the monolith. */
  readonly identity?: string | undefined
}

/** What the upstream gets: the public Host, where the request came from, and the client's fields. */
export function upstreamFields(raw: readonly string[], from: Provenance): string[] {
  const fields = [
    'host',
    from.host,
    'x-forwarded-for',
    from.remoteAddress,
    'x-forwarded-host',
    from.host,
    'x-forwarded-proto',
    from.scheme,
    'x-request-id',
    from.requestId,
    'traceparent',
    from.traceparent,
  ]
  if (from.tracestate !== undefined) fields.push('tracestate', from.tracestate)
  if (from.identity !== undefined) fields.push('x-matapalo-identity', from.identity)
  return fields.concat(requestFields(raw))
}

/** Every `Set-Cookie` value among the given fields. */
export function setCookies(fields: readonly string[]): readonly string[] {
  const values: string[] = []
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] ?? ''
    if (name.length === 10 && name.toLowerCase() === 'set-cookie') values.push(fields[i + 1] ?? '')
  }
  return values
}
