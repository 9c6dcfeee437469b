/**
 * Answers that the edge gives itself.
 *
 * @module
 */
import type { ServerResponse } from 'node:http'
import { EdgeError } from './errors.ts'
import type { EdgeMetrics } from './metrics.ts'

const internal = {
  error: {
    code: 'MATAPALO_EDGE_INTERNAL',
    message: 'the edge failed; the outcome is unknown',
    retryable: false,
  },
}

/** One that is not an EdgeError is our own mistake: it is told to the log, not to the client. */
export function answerError(
  res: ServerResponse,
  error: unknown,
  metrics: Pick<EdgeMetrics, 'refused'>,
  exchange?: { readonly requestId: string; readonly expectsContinue: boolean },
): void {
  const known = error instanceof EdgeError ? error : undefined
  metrics.refused(known?.code ?? internal.error.code)
  if (known === undefined) {
    process.emitWarning(error instanceof Error ? error : String(error), { code: 'EDGE_INTERNAL' })
  }
  if (res.headersSent || res.destroyed) {
    res.destroy()
    return
  }
  const text = JSON.stringify(known?.body() ?? internal)
  const headers: Record<string, string | number> = {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
  }
  if (exchange !== undefined) headers['x-request-id'] = exchange.requestId
  if (known?.retryAfter !== undefined) headers['retry-after'] = known.retryAfter
  // A client that was not told to continue may send its content or not: nobody can tell.
  const unsure = exchange?.expectsContinue === true && !res.req.complete
  if (known?.closes || unsure) headers.connection = 'close'
  else if (!res.req.complete) res.req.resume()
  res.writeHead(known?.status ?? 500, headers)
  res.end(text)
}
