/**
 * Refusals that several operations share.
 *
 * @module
 */
import { ApiError } from '@bookshop/kit/errors'

export const notFound = (what: string, details: Readonly<Record<string, unknown>> = {}): ApiError =>
  new ApiError(404, 'not_found', `There is no such ${what}`, { details })

/** An id in a path or a query; anything but a positive whole number names nothing. */
export function pathId(value: unknown, what: string): number {
  if (typeof value !== 'string' || !/^[1-9]\d{0,9}$/.test(value) || Number(value) > 4_294_967_295) {
    throw notFound(what)
  }
  return Number(value)
}
