/**
 * Turns whatever a handler threw into the shop's error body, or problem details where the document
 * says so. What is not the caller's fault is logged
 * and told without details.
 *
 * @module
 */
import type { ErrorRequestHandler, RequestHandler } from 'express'
import { isUnavailable, isWriteRefused } from '../database.ts'
import { ApiError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { ServiceMetrics } from '../metrics.ts'
import { asContractError, outageOf, speaksProblems } from './contract.ts'
import { sendProblem } from './problem.ts'

/**
 * Another store owns these tables at the moment, so this write came to the wrong place: nothing
 * changed, and the same request will succeed where the owner is, or here a little later.
 */
const movedAway = (name: string, cause: unknown): ApiError =>
  new ApiError(503, `${name}_moved`, `The ${name} is being moved; try again`, {
    headers: { 'Retry-After': '1' },
    cause,
  })

const unavailable = (name: string, cause: unknown): ApiError =>
  new ApiError(503, 'unavailable', `The ${name} cannot reach its database; try again`, {
    headers: { 'Retry-After': '1' },
    cause,
  })

const noIdentity = (cause: unknown): unknown =>
  isWriteRefused(cause) || isUnavailable(cause)
    ? cause
    : new ApiError(503, 'identity_unavailable', 'Who calls cannot be checked now; try again', {
        headers: { 'Retry-After': '1' },
        cause,
      })

const asApiError = (name: string, error: unknown): ApiError => {
  if (error instanceof ApiError) return error
  if (isWriteRefused(error)) return movedAway(name, error)
  if (isUnavailable(error)) return unavailable(name, error)
  return (
    asContractError(error) ??
    new ApiError(500, 'internal', 'Something went wrong here', { cause: error })
  )
}

export const notFound: RequestHandler = () => {
  throw new ApiError(404, 'not_found', 'No such thing here')
}

/** @param name the service, as its error codes and messages say it */
export const failures =
  (name: string, log: Log, metrics: ServiceMetrics): ErrorRequestHandler =>
  (error: unknown, request, response, next) => {
    const outage = outageOf(request)
    const failure = asApiError(name, outage === undefined ? error : noIdentity(outage))
    if (isWriteRefused(error)) metrics.refusedWrites.inc({ origin: 'request' })
    if (failure.status >= 500) {
      log.error({ err: error, code: failure.code }, 'request.failed')
    }
    if (response.headersSent) {
      next(error)
      return
    }
    if (speaksProblems(request)) {
      sendProblem(response, failure)
      return
    }
    for (const [name, value] of Object.entries(failure.headers)) response.set(name, value)
    response
      .status(failure.status)
      .json({ error: { code: failure.code, message: failure.message, ...failure.details } })
  }
