/**
 * Problem details (RFC 9457), for operations that the old shop never had: `x-problem: true` in the
 * OpenAPI document. All others answer errors in the shop's own shape.
 *
 * @module
 */
import { STATUS_CODES } from 'node:http'
import type { Response } from 'express'
import type { ApiError } from '../errors.ts'

export const problemType = 'application/problem+json'

/** `type` is a stable name under `urn:bookshop:`; `code` repeats its last word. */
export const problemOf = (error: ApiError): Readonly<Record<string, unknown>> => ({
  type: `urn:bookshop:${error.code}`,
  title: STATUS_CODES[error.status] ?? 'Error',
  status: error.status,
  detail: error.message,
  code: error.code,
  ...error.details,
})

export function sendProblem(response: Response, error: ApiError): void {
  for (const [name, value] of Object.entries(error.headers)) response.set(name, value)
  response
    .status(error.status)
    .type(problemType)
    .send(JSON.stringify(problemOf(error)))
}
