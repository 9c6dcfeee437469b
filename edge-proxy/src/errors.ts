/**
 * What an edge may answer itself. Each error knows its HTTP status and, where a second try makes
 * sense, after how many seconds.
 *
 * @module
 */
import { type ErrorBody, MatapaloError } from '@matapalo/core'

/** An error that is answered to the client as it stands. */
export abstract class EdgeError extends MatapaloError {
  abstract readonly status: number
  /** Seconds for `Retry-After`; undefined: no such header. */
  readonly retryAfter: number | undefined = undefined
  /** For `WWW-Authenticate`; undefined: no such header. */
  readonly challenge: string | undefined = undefined
  /** True: the connection is closed after the answer, since its framing cannot be trusted. */
  readonly closes: boolean = false

  body(): { readonly error: ErrorBody } {
    return { error: { code: this.code, message: this.message, retryable: this.retryable } }
  }
}

/** A message that two readers could understand differently. Nothing was forwarded. */
export class AmbiguousRequest extends EdgeError {
  readonly code = 'MATAPALO_EDGE_AMBIGUOUS_REQUEST'
  readonly status: number
  override readonly closes = true

  constructor(fact: string, rule: string, status = 400) {
    super(`request refused: ${fact} (${rule})`)
    this.status = status
  }
}

/** A balancer in front says something about its client that is no address, or no scheme. Nothing was forwarded. */
export class UnclearOrigin extends EdgeError {
  readonly code = 'MATAPALO_EDGE_UNCLEAR_ORIGIN'
  readonly status = 400

  constructor(field: string, balancer: string) {
    super(`request refused: the balancer ${balancer} sends a ${field} that cannot be read`)
  }
}

/** More octets of fields, or more fields, than a message may have. Nothing was forwarded. */
export class FieldsTooLarge extends EdgeError {
  readonly code = 'MATAPALO_EDGE_FIELDS_TOO_LARGE'
  readonly status = 431
  override readonly closes = true
  constructor(limit: string) {
    super(`request refused: more than ${limit}, the limit (RFC 6585 5)`)
  }
}

/** The request target is longer than it may be. Nothing was forwarded. */
export class TargetTooLong extends EdgeError {
  readonly code = 'MATAPALO_EDGE_TARGET_TOO_LONG'
  readonly status = 414
  override readonly closes = true
  constructor(limit: number) {
    super(`request refused: target longer than ${limit} octets, the limit (RFC 9110 15.5.15)`)
  }
}

/** The content is larger than its route allows; what was sent of it is not to be relied on. */
export class ContentTooLarge extends EdgeError {
  readonly code = 'MATAPALO_EDGE_CONTENT_TOO_LARGE'
  readonly status = 413
  override readonly closes = true
  constructor(limit: number) {
    super(`request refused: content larger than ${limit} octets, the limit (RFC 9110 15.5.14)`)
  }
}

/** No service has this path, and the monolith is retired. */
export class NothingHere extends EdgeError {
  readonly code = 'MATAPALO_EDGE_NOTHING_HERE'
  readonly status = 404
  constructor() {
    super('no service answers this path')
  }
}

/** A client address sent more requests than it may. Nothing was forwarded. */
export class TooManyRequests extends EdgeError {
  readonly code = 'MATAPALO_EDGE_TOO_MANY_REQUESTS'
  readonly status = 429
  override readonly retryable = true
  override readonly retryAfter: number
  constructor(perSecond: number, retryAfter: number) {
    super(`more than ${perSecond} requests a second, the limit; try again in ${retryAfter} s`)
    this.retryAfter = retryAfter
  }
}

/** A client address has more connections open than it may. */
export class TooManyConnections extends EdgeError {
  readonly code = 'MATAPALO_EDGE_TOO_MANY_CONNECTIONS'
  readonly status = 429
  override readonly retryable = true
  override readonly retryAfter = 1
  override readonly closes = true
  constructor(limit: number) {
    super(`more than ${limit} connections, the limit; close some`)
  }
}

/** The client took too long to send its message. It was not, or not wholly, forwarded. */
export class RequestTimeout extends EdgeError {
  readonly code = 'MATAPALO_EDGE_REQUEST_TIMEOUT'
  readonly status = 408
  override readonly closes = true
  constructor() {
    super('the request did not arrive in time (RFC 9110 15.5.9)')
  }
}

/** A request waited for a transfer longer than it may. It was not forwarded. */
export class HoldExpired extends EdgeError {
  readonly code = 'MATAPALO_EDGE_HOLD_EXPIRED'
  readonly status = 503
  override readonly retryable = true
  override readonly retryAfter = 1
  constructor(domains: readonly string[], limitMs: number) {
    super(`${domains.join(', ')}: waited ${limitMs} ms for a transfer, the limit; try again`)
  }
}

/** Too many requests wait for a transfer. This one was not forwarded. */
export class HoldFull extends EdgeError {
  readonly code = 'MATAPALO_EDGE_HOLD_FULL'
  readonly status = 503
  override readonly retryable = true
  override readonly retryAfter = 1
  constructor(domains: readonly string[], limit: number) {
    super(`${domains.join(', ')}: ${limit} requests wait for a transfer, the limit; try again`)
  }
}

/** A request that writes needs data that has not arrived in time. It was not forwarded. */
export class NotFreshInTime extends EdgeError {
  readonly code = 'MATAPALO_EDGE_NOT_FRESH'
  readonly status = 503
  override readonly retryable = true
  override readonly retryAfter = 2
  constructor(domain: string, limitMs: number) {
    super(`${domain}: earlier writes did not arrive within ${limitMs} ms, the limit; try again`)
  }
}

/** A token shows an ownership that this edge has not heard of. Nothing was forwarded. */
export class TableOutdated extends EdgeError {
  readonly code = 'MATAPALO_EDGE_TABLE_OUTDATED'
  readonly status = 503
  override readonly retryable = true
  override readonly retryAfter = 1
  constructor(domain: string) {
    super(`${domain}: this edge has not heard of the last transfer yet; try again`)
  }
}

/** No route table has arrived yet. */
export class NoTable extends EdgeError {
  readonly code = 'MATAPALO_EDGE_NO_TABLE'
  readonly status = 503
  override readonly retryable = true
  override readonly retryAfter = 1
  constructor() {
    super('this edge has no route table yet; try again')
  }
}

/** The upstream accepted no connection in time. The request was not sent. */
export class UpstreamUnreachable extends EdgeError {
  readonly code = 'MATAPALO_EDGE_UPSTREAM_UNREACHABLE'
  readonly status = 503
  override readonly retryable = true
  override readonly retryAfter = 1
  constructor(upstream: string, cause?: unknown) {
    super(`${upstream}: no replica accepts connections; the request was not sent`, { cause })
  }
}

/** Every replica has as many requests, or sockets, as it may have, or none had a connection in time. Not sent. */
export class UpstreamBusy extends EdgeError {
  readonly code = 'MATAPALO_EDGE_UPSTREAM_BUSY'
  readonly status = 503
  override readonly retryable = true
  override readonly retryAfter = 1
  constructor(upstream: string, limit: string) {
    super(`${upstream}: ${limit}; try again`)
  }
}

/** The upstream broke off. Whether it acted on the request is unknown; never retried. */
export class UpstreamBroke extends EdgeError {
  readonly code = 'MATAPALO_EDGE_UPSTREAM_BROKE'
  readonly status = 502
  constructor(upstream: string, cause?: unknown) {
    super(`${upstream}: broke off before its answer; the outcome is unknown`, { cause })
  }
}

/** The upstream did not answer in time. Whether it acted on the request is unknown. */
export class UpstreamSlow extends EdgeError {
  readonly code = 'MATAPALO_EDGE_UPSTREAM_SLOW'
  readonly status = 504
  constructor(upstream: string, cause?: unknown) {
    super(`${upstream}: no answer in time; the outcome is unknown`, { cause })
  }
}

/** A socket cannot be opened now, because this edge stops. Nothing was forwarded, or it was undone. */
export class UpgradeFailed extends EdgeError {
  readonly code = 'MATAPALO_EDGE_UPGRADE_FAILED'
  readonly status = 503
  override readonly retryable = true
  override readonly retryAfter = 1
  constructor(cause?: unknown) {
    super('the socket cannot be opened now, this edge stops; try again', { cause })
  }
}

/** A socket was asked for in plain, where only TLS is served. Nothing was forwarded. */
export class TlsRequired extends EdgeError {
  readonly code = 'MATAPALO_EDGE_TLS_REQUIRED'
  readonly status = 403
  override readonly closes = true
  constructor() {
    super('sockets are opened over TLS only; use wss')
  }
}

/** What arrived as a route table is none. The last good one stays in force. */
export class TableInvalid extends MatapaloError {
  readonly code = 'MATAPALO_EDGE_TABLE_INVALID'
  readonly epoch: number | undefined
  constructor(epoch: number | undefined, problems: readonly string[]) {
    super(
      `route table of epoch ${epoch ?? 'unknown'} is refused, the last good one stays: ${problems.join('; ')}; compare the versions of edge and control plane`,
    )
    this.epoch = epoch
  }
}

/** No certificate for development could be made. */
export class DevelopmentCertificateFailed extends MatapaloError {
  readonly code = 'MATAPALO_EDGE_DEVELOPMENT_CERTIFICATE'
  constructor(cause: unknown) {
    super('openssl made no certificate for development; install it, or name certificate files', {
      cause,
    })
  }
}

/** Asked for by a test fault outside a test. */
export class TestFaultRefused extends MatapaloError {
  readonly code = 'MATAPALO_TEST_FAULT_REFUSED'
  constructor(variable: string) {
    super(`${variable} breaks the promise on purpose; only with MATAPALO_TEST_FAULTS=1`)
  }
}
