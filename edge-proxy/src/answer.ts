/**
 * Answers that the edge gives itself.
 *
 * @module
 */
import { type ServerResponse, STATUS_CODES } from 'node:http'
import { EdgeError } from './errors.ts'
import { shut } from './guard/closing.ts'
import type { EdgeMetrics } from './metrics.ts'
import type { MaybeSecured } from './tls/secureAnswer.ts'

const internal = {
  error: {
    code: 'MATAPALO_EDGE_INTERNAL',
    message: 'the edge failed; the outcome is unknown',
    retryable: false,
  },
}

function contentOf(error: EdgeError | undefined) {
  const text = JSON.stringify(error?.body() ?? internal)
  const headers: Record<string, string | number> = {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
  }
  if (error?.retryAfter !== undefined) headers['retry-after'] = error.retryAfter
  if (error?.challenge !== undefined) headers['www-authenticate'] = error.challenge
  // RFC 6455 4.2.2
  if (error?.status === 426) headers['sec-websocket-version'] = 13
  return { text, headers }
}

/** The same where there is no response to write to: a message that has no head. */
export function rawAnswer(error: EdgeError): string {
  const { text, headers } = contentOf(error)
  headers.connection = 'close'
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const reason = STATUS_CODES[error.status] ?? ''
  return `HTTP/1.1 ${error.status} ${reason}\r\n${lines.join('')}\r\n${text}`
}

/** One that is not an EdgeError is our own mistake: it is told to the log, not to the client. */
export function answerError(
  res: ServerResponse,
  error: unknown,
  metrics: Pick<EdgeMetrics, 'refused'>,
  exchange?: { readonly requestId: string; readonly expectsContinue: boolean },
): void {
  const known = error instanceof EdgeError ? error : undefined
  // Somebody else has answered already: the parser, when the content turned out to be broken.
  if (res.writableEnded) return
  metrics.refused(known?.code ?? internal.error.code)
  if (known === undefined) {
    process.emitWarning(error instanceof Error ? error : String(error), { code: 'EDGE_INTERNAL' })
  }
  if (res.headersSent || res.destroyed) {
    res.destroy()
    return
  }
  const { text, headers } = contentOf(known)
  if (exchange !== undefined) headers['x-request-id'] = exchange.requestId
  const { secured } = res as MaybeSecured
  if (secured !== undefined && secured.hsts > 0) {
    headers['strict-transport-security'] = `max-age=${secured.hsts}`
  }
  // A client that was not told to continue may send its content or not: nobody can tell.
  const unsure = exchange?.expectsContinue === true && !res.req.complete
  if (known?.closes || unsure) {
    headers.connection = 'close'
    shut(res.req.socket)
  } else if (!res.req.complete) res.req.resume()
  res.writeHead(known?.status ?? 500, headers)
  res.end(text)
}
