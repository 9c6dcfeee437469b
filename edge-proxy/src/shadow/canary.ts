/**
 * Which reads the other side serves, and when it does not after all.
 *
 * A read of the canary is given to the owner when the other side has not applied the reader's own
 * writes in a moment, when it does not answer in time, and when it answers 5xx: the client sees the
 * owner's answer instead. A candidate that fails several times in a row is left alone for a while, so
 * that a broken one costs a few requests some time, and no more.
 *
 * A tester's read goes where he chose, by the same rules, but whatever becomes of it says nothing
 * about the candidate: he may ask for what fails, and nobody else shall be served otherwise for it.
 *
 * @module
 */
import {
  type Decision,
  elsewhere,
  followChoice,
  inCanary,
  type RouteTable,
  type SideChoice,
} from '@matapalo/core'
import type { Exchange } from '../exchange.ts'
import { SideClosed } from './errors.ts'
import type { CanaryOutcome } from './metrics.ts'

/** Longest a read waits for its own writes at the other side, ms. */
const canaryFreshMs = 250
/** Longest the other side may take to its answer's head, ms. */
export const canaryHeadMs = 1_500

/** Failures in a row before a candidate is left alone, and for how long, ms. */
const failuresInRow = 5
const offMs = 10_000

interface Health {
  failures: number
  offUntil: number
}

export class Canary {
  readonly freshMs = canaryFreshMs
  readonly #count: (domain: string, outcome: CanaryOutcome, chosen: boolean) => void
  readonly #now: () => number
  readonly #health = new Map<string, Health>()

  constructor(
    count: (domain: string, outcome: CanaryOutcome, chosen: boolean) => void,
    now: () => number = () => performance.now(),
  ) {
    this.#count = count
    this.#now = now
  }

  /**
   * The decision by which the request is served. Lots are drawn once for each request; a tester's
   * choice is looked at again by each table.
   *
   * @throws SideClosed
   */
  divert(exchange: Exchange, table: RouteTable, decision: Decision): Decision {
    if (exchange.canary === 'owner') return decision
    const { method } = exchange.line
    if ((method !== 'GET' && method !== 'HEAD') || exchange.hasBody) return decision
    if (exchange.choice !== undefined) {
      const followed = this.#follow(exchange, exchange.choice, table, decision)
      if (followed !== undefined) return followed
    }
    const there = elsewhere(table, decision)
    if (there === undefined || there.state.canary === undefined) {
      // The table has moved on while it waited.
      exchange.canary = 'owner'
      return decision
    }
    if (exchange.canary === undefined && !this.#drawn(exchange, there.state)) {
      exchange.canary = 'owner'
      return decision
    }
    exchange.canary = 'candidate'
    return there.decision
  }

  /** Undefined: the choice says nothing about this one. */
  #follow(
    exchange: Exchange,
    choice: SideChoice,
    table: RouteTable,
    decision: Decision,
  ): Decision | undefined {
    const chosen = followChoice(choice, table, decision)
    if (chosen.kind === 'closed') throw new SideClosed(chosen.domain, choice.side, chosen.why)
    exchange.chosen = chosen.kind === 'there'
    if (chosen.kind === 'free') return undefined
    exchange.canary = exchange.chosen ? 'candidate' : undefined
    return chosen.kind === 'there' ? chosen.decision : decision
  }

  #drawn(exchange: Exchange, state: Parameters<typeof inCanary>[0]): boolean {
    if (!inCanary(state, exchange.subjects[0])) return false
    const off = (this.#health.get(state.domain)?.offUntil ?? 0) > this.#now()
    if (off) this.#count(state.domain, 'off', false)
    return !off
  }

  /** It answered, wholly or not. */
  answered({ chosen }: Exchange, { route }: Decision, wholly: boolean): void {
    const domain = route?.domain
    if (domain == null) return
    this.#count(domain, wholly ? 'served' : 'failed', chosen)
    if (chosen) return
    if (wholly) this.#health.delete(domain)
    else this.#failed(domain)
  }

  /** From here on the owner serves this request. */
  giveUp(exchange: Exchange, { route }: Decision, why: 'stale' | 'failed'): void {
    const { chosen } = exchange
    exchange.canary = 'owner'
    exchange.gaveUp = why
    const domain = route?.domain
    if (domain == null) return
    this.#count(domain, why, chosen)
    if (why === 'failed' && !chosen) this.#failed(domain)
  }

  #failed(domain: string): void {
    const health = this.#health.get(domain) ?? { failures: 0, offUntil: 0 }
    this.#health.set(domain, health)
    health.failures += 1
    if (health.failures < failuresInRow) return
    health.failures = 0
    health.offUntil = this.#now() + offMs
  }
}

/** An answer that the client must not see. */
export class CandidateFailed extends Error {
  constructor(upstream: string, status: number) {
    super(`${upstream} answered ${status} to a read of the canary`)
  }
}
