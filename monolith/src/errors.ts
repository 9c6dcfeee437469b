/** What the shop answers when it will not do what was asked. */
export class ShopError extends Error {
  readonly status: number
  readonly code: string
  readonly fields: Readonly<Record<string, unknown>>

  constructor(
    status: number,
    code: string,
    message: string,
    fields: Readonly<Record<string, unknown>> = {},
  ) {
    super(message)
    this.status = status
    this.code = code
    this.fields = fields
  }
}

export const invalid = (field: string, message: string): ShopError =>
  new ShopError(400, 'invalid_request', `${field}: ${message}`, { field })
export const notFound = (what: string, fields: Readonly<Record<string, unknown>> = {}): ShopError =>
  new ShopError(404, 'not_found', `there is no such ${what}`, fields)
export const conflict = (
  code: string,
  message: string,
  fields: Readonly<Record<string, unknown>> = {},
): ShopError => new ShopError(409, code, message, fields)
export const loginRequired = (): ShopError =>
  new ShopError(401, 'login_required', 'log in to do this')
export const forbidden = (): ShopError =>
  new ShopError(403, 'forbidden', 'this account may not do this')
export const badSignature = (): ShopError =>
  new ShopError(401, 'bad_signature', 'the signature does not fit the body')
