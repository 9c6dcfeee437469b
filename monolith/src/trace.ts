/**
 * Carries the trace of a request (W3C Trace Context, and the request's id) to the calls that the
 * shop makes for it, so that whoever reads the logs of both can tell what belongs together.
 *
 * @module
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { RequestHandler } from 'express'

const names = ['traceparent', 'tracestate', 'x-request-id'] as const
const current = new AsyncLocalStorage<Readonly<Record<string, string>>>()

export const followTrace: RequestHandler = (req, _res, next) => {
  const found: Record<string, string> = {}
  for (const name of names) {
    const value = req.headers[name]
    if (typeof value === 'string') found[name] = value
  }
  current.run(found, next)
}

/** The headers to send along; none outside a request. */
export const traceHeaders = (): Readonly<Record<string, string>> => current.getStore() ?? {}
