/**
 * What belongs together: `x-request-id` and W3C Trace Context of the request being answered, or of
 * the event being handled. Passed on when they came, created when they did not.
 *
 * @module
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { randomBytes, randomUUID } from 'node:crypto'
import type { RequestHandler } from 'express'

export interface Trace {
  readonly requestId: string
  readonly traceparent: string
  /** What whoever sent the trace wants to hear again; the edge knows a nested write's author by it. */
  readonly tracestate?: string
}

const current = new AsyncLocalStorage<Trace>()

export const currentTrace = (): Trace | undefined => current.getStore()

const isRequestId = (value: unknown): value is string =>
  typeof value === 'string' && /^[\x21-\x7e]{1,80}$/.test(value)

/** Version 00 as in W3C Trace Context §3.2; ids of zeros only are invalid. */
const isTraceparent = (value: unknown): value is string =>
  typeof value === 'string' &&
  /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/.test(value)

/** Printable, within the 512 characters that §3.3.1.5 asks everybody to pass on. */
const isTracestate = (value: unknown): value is string =>
  typeof value === 'string' && /^[\x20-\x7e]{1,512}$/.test(value)

const newTraceparent = (): string =>
  `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`

/** Runs `work` under the trace that these headers name, or a new one. */
export function traced<T>(
  requestId: unknown,
  traceparent: unknown,
  work: () => T,
  tracestate?: unknown,
): T {
  const known = isTraceparent(traceparent)
  const trace = {
    requestId: isRequestId(requestId) ? requestId : randomUUID(),
    traceparent: known ? traceparent : newTraceparent(),
    // It belongs to the trace that it came with.
    ...(known && isTracestate(tracestate) ? { tracestate } : {}),
  }
  return current.run(trace, work)
}

export const followTrace: RequestHandler = (request, response, next) => {
  const { 'x-request-id': requestId, traceparent, tracestate } = request.headers
  const work = (): void => {
    response.set('x-request-id', currentTrace()?.requestId)
    next()
  }
  traced(requestId, traceparent, work, tracestate)
}

/** The headers of a call made on behalf of the current request; none outside one. */
export const traceHeaders = (): Readonly<Record<string, string>> => {
  const trace = currentTrace()
  if (trace === undefined) return {}
  const { requestId, traceparent, tracestate } = trace
  return {
    'x-request-id': requestId,
    traceparent,
    ...(tracestate === undefined ? {} : { tracestate }),
  }
}
