/**
 * Turns whatever a handler threw into the shop's error body. What is not the caller's fault is logged
 * and told without details.
 *
 * @module
 */
import type { ErrorRequestHandler, RequestHandler } from 'express'
import { isUnavailable, isWriteRefused } from '../database.ts'
import { ApiError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import { asContractError } from './contract.ts'

/**
 * Another store owns these tables at the moment, so this write came to the wrong place: nothing
 * changed, and the same request will succeed where the owner is, or here a little later.
 */
const movedAway = (cause: unknown): ApiError =>
  new ApiError(503, 'catalog_moved', 'The catalog is being moved; try again', {
    headers: { 'Retry-After': '1' },
    cause,
  })

const unavailable = (cause: unknown): ApiError =>
  new ApiError(503, 'unavailable', 'The catalog cannot reach its database; try again', {
    headers: { 'Retry-After': '1' },
    cause,
  })

const asApiError = (error: unknown): ApiError => {
  if (error instanceof ApiError) return error
  if (isWriteRefused(error)) return movedAway(error)
  if (isUnavailable(error)) return unavailable(error)
  return (
    asContractError(error) ??
    new ApiError(500, 'internal', 'Something went wrong here', { cause: error })
  )
}

export const notFound: RequestHandler = () => {
  throw new ApiError(404, 'not_found', 'No such thing here')
}

export const failures =
  (log: Log, metrics: Metrics): ErrorRequestHandler =>
  (error: unknown, request, response, next) => {
    const failure = asApiError(error)
    if (isWriteRefused(error)) metrics.refusedWrites.inc({ origin: 'request' })
    if (failure.status >= 500) {
      const requestId = request.get('x-request-id')
      log.error({ err: error, code: failure.code, requestId }, 'request.failed')
    }
    if (response.headersSent) {
      next(error)
      return
    }
    for (const [name, value] of Object.entries(failure.headers)) response.set(name, value)
    response
      .status(failure.status)
      .json({ error: { code: failure.code, message: failure.message, ...failure.details } })
  }
