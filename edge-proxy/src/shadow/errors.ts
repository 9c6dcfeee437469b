/**
 * What a tester is told whose choice of a side cannot be followed. A choice is never dropped in
 * silence: whoever believes to test one side must not be served by the other.
 *
 * @module
 */
import { sideHeader } from '@matapalo/core'
import { EdgeError } from '../errors.ts'

/**
 * The header is not believed. Nothing was forwarded.
 *
 * 400 and not 401, which has to name a way to log in (RFC 9110 15.5.2): the client's login is not in
 * doubt, and a client that gets 401 throws away a session that is good.
 */
export class SideRefused extends EdgeError {
  readonly code = 'MATAPALO_EDGE_SIDE_REFUSED'
  readonly status = 400
  constructor(fact: string, cause?: unknown) {
    super(`${sideHeader} is refused: ${fact}; make another: matapalo tester`, { cause })
  }
}

/** The header is good, and the side that it names may not serve this read now. Nothing was forwarded. */
export class SideClosed extends EdgeError {
  readonly code = 'MATAPALO_EDGE_SIDE_CLOSED'
  readonly status = 409
  constructor(domain: string, side: string, why: string) {
    super(
      `${domain}: its reads cannot be had from the ${side}: ${why}; the side that does not own it serves a tester only while a canary serves somebody, the least is: matapalo canary ${domain} --share 0.01`,
    )
  }
}
