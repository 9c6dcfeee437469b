/**
 * Who calls: the steps from a request's credentials to what its upstream gets of them.
 *
 * A bearer token is judged first, before anything is decided, and it alone says who calls: the
 * client's own session cookie beside it counts for nothing. Without one, the cookie does, when the
 * decision needs it.
 *
 * @module
 */
import type { Decision, RouteRule } from '@matapalo/core'
import type { Exchange } from '../exchange.ts'
import { enforceAccess, guarded } from './access.ts'
import type { Signer } from './assertion.ts'
import type { Bearers } from './bearer/bearers.ts'
import type { Bridge, BridgedSession } from './bearer/bridge.ts'
import type { Bearer } from './bearer/claims.ts'
import { InvalidToken } from './errors.ts'
import type { Identity, Introspection } from './introspection.ts'
import type { Credentials, Subject } from './subject.ts'

export interface TokenParts {
  readonly bearers: Bearers
  readonly bridge: Bridge
  /** Who programs are at the monolith; undefined: nobody. */
  readonly programs?: BridgedSession | undefined
}

export interface CallersParts {
  readonly introspection: Introspection
  readonly signer: Signer
  /** Undefined: bearer tokens are nobody's business here and pass untouched. */
  readonly tokens: TokenParts | undefined
}

/** How long a request to a service waits for its bridged session, which it only needs to be fresh, ms. */
const bridgeMs = 300

export class Callers {
  readonly #parts: CallersParts

  constructor(parts: CallersParts) {
    this.#parts = parts
  }

  /** Undefined: there is no bearer token, or none that is judged. @throws InvalidToken, KeysUnavailable */
  bearerOf(authorization: string | undefined): Bearer | Promise<Bearer> | undefined {
    if (authorization === undefined) return undefined
    return this.#parts.tokens?.bearers.of(authorization)
  }

  /** @throws IdentityUnknown */
  async identityOf({ session, subjects }: Credentials): Promise<Identity | null> {
    if (session === undefined) return null
    return this.#parts.introspection.identify(subjects[0] as Subject, session)
  }

  /** What the monolith needs to know a bearer. @throws InvalidToken, IdentityUnknown */
  async sessionOf(bearer: Bearer, route: RouteRule | null): Promise<BridgedSession | undefined> {
    if (bearer.sid === undefined) return this.#programOn(route)
    const session = await this.#parts.tokens?.bridge.sessionOf(bearer)
    if (session === null) throw new InvalidToken('its session has ended')
    return session
  }

  /** Judges what the request brings, before it is decided. Undefined: nothing to wait for. */
  arrive(exchange: Exchange): Promise<void> | undefined {
    const bearer = this.bearerOf(exchange.req.headers.authorization)
    if (bearer instanceof Promise) return bearer.then((known) => exchange.setBearer(known))
    if (bearer !== undefined) exchange.setBearer(bearer)
    return undefined
  }

  /**
   * The next thing to wait for before the request may go where it was decided; undefined: none.
   *
   * @param causal somebody may read this request's writes, or it others', where they are not written
   * @throws LoginRequired, RoleRequired, ScopeRequired; the rest as rejections
   */
  next(exchange: Exchange, decision: Decision, causal: boolean): Promise<void> | undefined {
    const toService = decision.side === 'service'
    if (exchange.identity === undefined && (toService || guarded(decision.route))) {
      if (exchange.credentials.session !== undefined) return this.#identify(exchange)
      exchange.identity = null
    }
    enforceAccess(decision.route, exchange.identity ?? null)
    const { identity, bearer, bridged } = exchange
    if (toService && identity && exchange.assertion === undefined) {
      return this.#sign(exchange, identity, decision.upstream)
    }
    if (bearer === undefined) return undefined
    if (!toService && (bridged === undefined || bridged === 'unknown')) {
      return this.sessionOf(bearer, decision.route).then((session) =>
        exchange.setBridged(session ?? null),
      )
    }
    if (bearer.sid === undefined) return undefined
    if (toService && causal && bridged === undefined) {
      const soon = this.#parts.tokens?.bridge.soon(bearer, bridgeMs)
      return soon?.then((session) => exchange.setBridged(session))
    }
    return undefined
  }

  /** Its scopes have been looked at: what asks for none is for people. */
  #programOn(route: RouteRule | null): BridgedSession | undefined {
    return route?.scopes === undefined ? undefined : this.#parts.tokens?.programs
  }

  /** Asks during a hold for what will be needed after it. */
  ahead(exchange: Exchange): void {
    if (exchange.identity === undefined) this.#identify(exchange).catch(() => undefined)
    const { bearer } = exchange
    if (bearer !== undefined) this.sessionOf(bearer, null).catch(() => undefined)
  }

  async #identify(exchange: Exchange): Promise<void> {
    exchange.identity = await this.identityOf(exchange.credentials)
  }

  async #sign(exchange: Exchange, identity: Identity, upstream: string): Promise<void> {
    exchange.assertion = await this.#parts.signer.sign(identity, upstream)
  }

  /** Here or in another edge a session was seen to change. */
  forget(subject: Subject): void {
    this.#parts.introspection.forget(subject)
    this.#parts.tokens?.bridge.forget(subject)
  }
}
