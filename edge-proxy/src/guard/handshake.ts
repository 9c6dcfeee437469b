/**
 * What a WebSocket's opening handshake must be (RFC 6455 4.2.1), so that nobody gets a tunnel out of
 * something that only looks like one.
 *
 * Pure.
 *
 * @module
 */
import { AmbiguousRequest } from '../errors.ts'
import type { Guarded } from './guard.ts'

interface Handshake {
  readonly httpVersion: string
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}

/** 16 octets in base64. */
const key = /^[A-Za-z0-9+/]{21}[AQgw]==$/

/** @throws AmbiguousRequest */
export function checkHandshake(
  { httpVersion, headers }: Handshake,
  { method, length, hasBody }: Guarded,
): void {
  if (method !== 'GET') refuse(`handshake by ${method}`, 'RFC 6455 4.2.1')
  if (httpVersion !== '1.1') refuse('handshake in HTTP/1.0', 'RFC 6455 4.2.1')
  // Its content would be the first frames.
  if (hasBody || length !== undefined) refuse('handshake with content', 'RFC 6455 4.1')
  if (headers['sec-websocket-version'] !== '13') {
    refuse('WebSocket version is not 13', 'RFC 6455 4.2.2', 426)
  }
  const sent = headers['sec-websocket-key']
  if (typeof sent !== 'string' || !key.test(sent)) {
    refuse('Sec-WebSocket-Key is not 16 octets in base64', 'RFC 6455 4.1')
  }
}

const refuse = (fact: string, rule: string, status?: number): never => {
  throw new AmbiguousRequest(fact, rule, status)
}
