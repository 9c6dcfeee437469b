/**
 * What the edge answers when it does not know who calls, or that caller may not.
 *
 * A 401 names the way in (RFC 9110 11.6.1), with the reasons of RFC 6750 3.1 for a bearer.
 *
 * @module
 */
import { EdgeError } from '../errors.ts'

const bearer = (...attributes: readonly string[]): string =>
  ['Bearer realm="matapalo"', ...attributes].join(', ')

export class LoginRequired extends EdgeError {
  readonly code = 'MATAPALO_EDGE_LOGIN_REQUIRED'
  readonly status = 401
  override readonly challenge = bearer()
  constructor() {
    super('this route needs a login; log in and try again')
  }
}

/** A bearer token that is not believed, wherever it was meant to go. Nothing was forwarded. */
export class InvalidToken extends EdgeError {
  readonly code = 'MATAPALO_EDGE_INVALID_TOKEN'
  readonly status = 401
  override readonly challenge: string

  /** @param fact words without quotes: RFC 6750 3 puts them between some */
  constructor(fact: string, cause?: unknown) {
    super(`the bearer token is refused: ${fact}`, { cause })
    this.challenge = bearer('error="invalid_token"', `error_description="${fact}"`)
  }
}

export class RoleRequired extends EdgeError {
  readonly code = 'MATAPALO_EDGE_ROLE_REQUIRED'
  readonly status = 403
  constructor(roles: readonly string[]) {
    super(`this route needs one of the roles: ${roles.join(', ')}`)
  }
}

/** The token is good, but not for this. */
export class ScopeRequired extends EdgeError {
  readonly code = 'MATAPALO_EDGE_SCOPE_REQUIRED'
  readonly status = 403
  override readonly challenge: string
  constructor(scopes: readonly string[]) {
    super(`this route needs a token with the scopes: ${scopes.join(', ')}`)
    this.challenge = bearer('error="insufficient_scope"', `scope="${scopes.join(' ')}"`)
  }
}

/** The owner of the sessions did not say who the caller is. Nothing was forwarded. */
export class IdentityUnknown extends EdgeError {
  readonly code = 'MATAPALO_EDGE_IDENTITY_UNKNOWN'
  readonly status = 503
  override readonly retryable = true
  override readonly retryAfter = 1
  constructor(cause?: unknown) {
    super('who is calling could not be established in time; try again', { cause })
  }
}

/** The issuer's keys cannot be had: that says nothing about the token. Nothing was forwarded. */
export class KeysUnavailable extends EdgeError {
  readonly code = 'MATAPALO_EDGE_KEYS_UNAVAILABLE'
  readonly status = 503
  override readonly retryable = true
  override readonly retryAfter = 1
  constructor(cause?: unknown) {
    super('the keys of the token issuer cannot be had now; try again', { cause })
  }
}
