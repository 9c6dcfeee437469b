/**
 * Interim answers on their way to the client (RFC 9110 15.2): none to HTTP/1.0, no 100 of the
 * upstream's since the edge says that itself, and no hint that is not a link, which Node would throw
 * over and take the answer behind it along.
 *
 * @module
 */
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'

export function passInterim(
  res: ServerResponse,
  status: number,
  headers: IncomingHttpHeaders,
): void {
  if (res.req.httpVersion === '1.0' || res.headersSent || res.destroyed) return
  if (status === 102) res.writeProcessing()
  if (status !== 103 || headers.link === undefined) return
  try {
    res.writeEarlyHints({ link: headers.link })
  } catch {
    // A hint is only a hint.
  }
}
