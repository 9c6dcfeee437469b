/**
 * Where a request comes from: the socket, or what the proxies that we trust have appended to
 * `X-Forwarded-For`. What a client put there itself stands further left and is not looked at.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http'

export function addressOf(request: IncomingMessage, trustedProxies: number): string {
  const socket = request.socket.remoteAddress ?? ''
  if (trustedProxies === 0) return socket
  const header = request.headers['x-forwarded-for']
  const hops = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',')
  const found = hops.at(-trustedProxies)?.trim()
  return found === undefined || found === '' ? socket : found
}
