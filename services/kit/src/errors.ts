/**
 * What a caller may be told went wrong. The body is the shop's:
 * `{error: {code, message, …details}}`.
 *
 * @module
 */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  /** Further members of the `error` object, such as `book_id`. */
  readonly details: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: number,
    code: string,
    message: string,
    more: {
      readonly details?: Readonly<Record<string, unknown>>
      readonly headers?: Readonly<Record<string, string>>
      readonly cause?: unknown
    } = {},
  ) {
    super(message, { cause: more.cause })
    this.name = 'ApiError'
    this.status = status
    this.code = code
    this.details = more.details ?? {}
    this.headers = more.headers ?? {}
  }
}

export const invalid = (field: string, message: string): ApiError =>
  new ApiError(400, 'invalid_request', `${field}: ${message}`, { details: { field } })
