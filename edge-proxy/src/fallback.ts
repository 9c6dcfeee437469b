/**
 * A read whose owner cannot be reached, served by the other side once that has provably applied every
 * write acknowledged so far. Writes never are: two stores would take them.
 *
 * The proof needs the owner's database, not its application: a token is taken there now, and waited for
 * at the other side. What the reader has written is covered by it, like everybody else's writes. Without
 * a proof, or when the other side fails too, the read waits for its owner as any other.
 *
 * @module
 */
import { type Decision, fallbackOf, type RouteTable } from '@matapalo/core'
import { UpstreamBusy, UpstreamUnreachable } from './errors.ts'
import type { Exchange } from './exchange.ts'
import type { Outcome } from './forward/forward.ts'
import type { EdgeMetrics } from './metrics.ts'

/** Longest that the other side is waited for until it has applied the token, ms. */
const fallbackFreshMs = 1_000

export class Fallback {
  readonly freshMs = fallbackFreshMs
  readonly #provable: boolean
  readonly #metrics: Pick<EdgeMetrics, 'fallback'>

  /** @param provable false: nobody takes tokens here */
  constructor(provable: boolean, metrics: Pick<EdgeMetrics, 'fallback'>) {
    this.#provable = provable
    this.#metrics = metrics
  }

  /** The decision by which the request is served; `decision` while nobody has begun. */
  divert(exchange: Exchange, table: RouteTable, decision: Decision): Decision {
    if (exchange.fallback !== 'begun') return decision
    const there = fallbackOf(table, decision)
    // The table has moved on while it waited.
    if (there === undefined) exchange.fallback = 'over'
    return there ?? decision
  }

  /**
   * The owner was asked in vain. True: decide again, since the other side may be asked, once.
   *
   * @param failure only what provably was not sent counts; an answer of 5xx is an answer
   */
  begin(
    exchange: Exchange,
    table: RouteTable,
    decision: Decision,
    failure: Outcome | Error,
  ): boolean {
    if (!this.#provable || exchange.fallback !== undefined || !isAway(failure)) return false
    // A socket may write, so it is the owner's.
    if (exchange.opening !== undefined) return false
    const { method } = exchange.line
    if ((method !== 'GET' && method !== 'HEAD') || exchange.hasBody) return false
    // Somewhere it was late already: there is nothing left to prove.
    if (exchange.possiblyStale || fallbackOf(table, decision) === undefined) return false
    exchange.fallback = 'begun'
    return true
  }

  answered(_: Exchange, { route }: Decision, wholly: boolean): void {
    this.#count(route?.domain, wholly ? 'served' : 'failed')
  }

  /** From here on only the owner may serve this request. */
  giveUp(exchange: Exchange, { route }: Decision, why: 'stale' | 'failed'): void {
    exchange.fallback = 'over'
    this.#count(route?.domain, why)
  }

  #count(domain: string | null | undefined, outcome: 'served' | 'stale' | 'failed'): void {
    if (domain != null) this.#metrics.fallback(domain, outcome)
  }
}

function isAway(failure: Outcome | Error): boolean {
  if (failure instanceof Error) {
    return failure instanceof UpstreamUnreachable || failure instanceof UpstreamBusy
  }
  return failure.kind === 'failed' && !failure.sent
}
