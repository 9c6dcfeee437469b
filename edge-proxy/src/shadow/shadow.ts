/**
 * Copies reads of a domain in shadow or canary to the side that did not answer them, and compares.
 *
 * Everything happens after the client has its answer. What is kept, what waits and what is under way
 * is bounded; what finds no room is dropped and counted. No failure of a copy is ever a failure of
 * the request that was copied.
 *
 * @module
 */
import {
  type Answer,
  type Decision,
  elsewhere,
  isSkipped,
  otherSide,
  type RouteTable,
  rulesInForce,
  type Shadowing,
  type Side,
  sampleOf,
} from '@matapalo/core'
import type { Log } from '@matapalo/runtime'
import type { Exchange } from '../exchange.ts'
import type { Callers } from '../identity/callers.ts'
import type { TableInForce } from '../tableInForce.ts'
import type { Replicas } from '../upstreams/replicas.ts'
import type { Barrier } from './barrier.ts'
import { Capture } from './capture.ts'
import { type Conclusion, concludeOn } from './comparison.ts'
import { Allowance, Line } from './line.ts'
import {
  answerOf,
  isConditional,
  type Looker,
  LookFailed,
  lookFields,
  type RawAnswer,
  type Reason,
} from './look.ts'
import type { ShadowMetrics } from './metrics.ts'
import type { SeenSample, Tallies } from './tallies.ts'

/** What a side would get for the client's request, without who calls. */
export type FieldsFor = (side: Side) => readonly string[]

export interface ShadowParts {
  readonly inForce: TableInForce
  readonly callers: Pick<Callers, 'next'>
  readonly replicas: Pick<Replicas, 'pick'>
  readonly looker: Looker
  readonly barrier: Barrier
  readonly tallies: Tallies
  readonly metrics: ShadowMetrics
  /** Keyed, so that a sample's hash tells nothing to whoever guesses. */
  readonly digest: (text: string) => string
  readonly log: Log
  /** Comparisons at a time. */
  readonly concurrency: number
  /** Octets of one content. */
  readonly maxBody: number
  /** Longest time of one look, ms. */
  readonly lookMs: number
  readonly random?: () => number
}

/** Copies that may wait, and octets that all of them may keep. */
export const mostWaiting = 256
export const mostOctets = 16 * 1_048_576

/** One read that is being watched. */
export interface Tap {
  readonly capture: Capture
  /** The client has the whole answer. @param fieldsFor asked at once */
  answered(fieldsFor: FieldsFor): void
  /** There was none, or not a whole one. */
  cancel(): void
}

interface Watched {
  readonly domain: string
  readonly route: string
  readonly path: string
  readonly shadow: Shadowing
  readonly owner: Side
  readonly term: number
  /** Who answered the client. */
  readonly served: Side
  /** As decided for each side. */
  readonly decisions: Readonly<Record<Side, Decision>>
}

export class Shadow {
  readonly #parts: ShadowParts
  readonly #line: Line
  readonly #allowance = new Allowance(mostOctets)
  readonly #random: () => number
  #stopped = false

  constructor(parts: ShadowParts) {
    this.#parts = parts
    this.#line = new Line({ most: mostWaiting, atOnce: parts.concurrency })
    this.#random = parts.random ?? Math.random
  }

  get waiting(): number {
    return this.#line.waiting
  }

  get running(): number {
    return this.#line.running
  }

  get octets(): number {
    return this.#allowance.taken
  }

  /** Copies no more, and forgets what waits. */
  stop(): void {
    this.#stopped = true
    this.#line.clear()
  }

  /** Undefined: this request is not copied. */
  tap(exchange: Exchange, table: RouteTable, decision: Decision): Tap | undefined {
    if (exchange.line.method !== 'GET' || exchange.hasBody || this.#stopped) return undefined
    const there = elsewhere(table, decision)
    const shadow = there?.state.shadow
    const { route } = decision
    if (there === undefined || shadow === undefined || route === null) return undefined
    if (isSkipped(shadow.rules, route.path) || this.#random() >= shadow.rate) return undefined
    const { domain, owner, term } = there.state
    const { side: served } = decision
    const sides = { [served]: decision, [otherSide(served)]: there.decision }
    const watched: Watched = {
      ...{ domain, route: route.id, path: route.path, shadow, owner, term, served },
      // Both sides are its keys: one is the other's opposite.
      decisions: sides as Readonly<Record<Side, Decision>>,
    }
    if (this.#line.full) {
      this.#drop(watched, 'busy')
      return undefined
    }
    const capture = new Capture(this.#allowance, this.#parts.maxBody)
    return {
      capture,
      cancel: () => capture.release(),
      answered: (fieldsFor) => this.#enqueue(exchange, watched, capture, fieldsFor),
    }
  }

  #enqueue(exchange: Exchange, watched: Watched, capture: Capture, fieldsFor: FieldsFor): void {
    const { notKept } = capture
    if (notKept === 'memory') this.#drop(watched, notKept)
    else if (notKept !== undefined) {
      // Nothing was left to compare with, and to look again would only meet the same.
      this.#count(watched, { outcome: 'inconclusive', reason: notKept, differences: [] })
    } else {
      const fields = { monolith: fieldsFor('monolith'), service: fieldsFor('service') }
      if (this.#line.add(() => this.#compare(exchange, watched, capture, fields))) return
      this.#drop(watched, 'busy')
    }
    capture.release()
  }

  #drop(watched: Watched, reason: Reason): void {
    this.#count(watched, { outcome: 'dropped', reason, differences: [] })
  }

  /** Never rejects. */
  async #compare(
    exchange: Exchange,
    watched: Watched,
    capture: Capture,
    fields: Readonly<Record<Side, readonly string[]>>,
  ): Promise<void> {
    const begun = performance.now()
    const { owner, served, path, shadow } = watched
    const today = new Date().toISOString().slice(0, 10)
    try {
      const rules = rulesInForce(shadow.rules, path, today)
      const look = this.#looker(exchange, watched, fields)
      const answer = await this.#served(exchange, capture).finally(() => capture.release())
      const conclusion = await concludeOn({
        ...{ owner, other: otherSide(owner), rules },
        served: answer === undefined ? undefined : { side: served, answer },
        ports: { look, barrier: () => this.#barrier(watched) },
      })
      const { digest } = this.#parts
      const samples = conclusion.differences.map((one): SeenSample => {
        const outcome = conclusion.outcome === 'mismatch' ? 'mismatch' : 'inconclusive'
        const at = new Date().toISOString()
        return { ...sampleOf(one, rules, digest), outcome, at, requestId: exchange.requestId }
      })
      this.#count(watched, conclusion, samples, performance.now() - begun)
    } catch (error) {
      const reason = error instanceof LookFailed ? error.reason : 'broken'
      if (!(error instanceof LookFailed)) this.#parts.log.error({ err: error }, 'shadow.failed')
      this.#count(watched, { outcome: 'inconclusive', reason, differences: [] })
    }
  }

  /** What the client was answered; undefined when that tells nothing, and its side is asked anew. */
  async #served(exchange: Exchange, capture: Capture): Promise<Answer | undefined> {
    const { head } = capture
    if (head === undefined || isConditional(exchange.req.headers)) return undefined
    const raw: RawAnswer = { status: head.status, headers: head.headers, body: capture.body() }
    return answerOf(raw, this.#parts.maxBody)
  }

  #looker(
    exchange: Exchange,
    watched: Watched,
    fields: Readonly<Record<Side, readonly string[]>>,
  ): (side: Side) => Promise<Answer> {
    const { replicas, looker, lookMs, maxBody } = this.#parts
    return async (side) => {
      const decision = watched.decisions[side]
      await this.#identify(exchange, decision)
      const origin = replicas.pick(this.#still(watched), decision.upstream)
      const raw = await looker.look(origin, {
        path: exchange.target,
        headers: lookFields(fields[side], side === 'service' ? exchange.assertion : undefined),
        timeoutMs: lookMs,
        maxBytes: maxBody,
      })
      return answerOf(raw, maxBody)
    }
  }

  /** @throws LookFailed when the domain is not what it was when the client was answered */
  #still({ domain, owner, term }: Watched): RouteTable {
    const { inForce } = this.#parts
    const { table } = inForce
    const state = inForce.state(domain)
    const same = state?.owner === owner && state.term === term && !state.hold
    if (table === undefined || !same) throw new LookFailed('moved')
    return table
  }

  async #identify(exchange: Exchange, decision: Decision): Promise<void> {
    try {
      for (;;) {
        const unknown = this.#parts.callers.next(exchange, decision, false)
        if (unknown === undefined) return
        await unknown
      }
    } catch (error) {
      throw new LookFailed('identity', error)
    }
  }

  async #barrier(watched: Watched): Promise<void> {
    const { monolith, service } = watched.decisions
    const applied = await Promise.all([
      ...monolith.freshFor.map((domain) => this.#parts.barrier(domain, 'monolith')),
      ...service.freshFor.map((domain) => this.#parts.barrier(domain, 'service')),
    ])
    if (!applied.every(Boolean)) throw new LookFailed('barrier')
    this.#still(watched)
  }

  #count(
    { domain, route, shadow: { round } }: Watched,
    { outcome, reason, differences }: Conclusion,
    samples: readonly SeenSample[] = [],
    ms?: number,
  ): void {
    const { metrics, tallies } = this.#parts
    tallies.count({ domain, round, route }, outcome, samples)
    metrics.copied(domain, route, outcome, ms)
    if (reason !== undefined) metrics.unfinished(domain, reason)
    if (outcome !== 'mismatch') return
    for (const kind of new Set(differences.map((one) => one.kind))) {
      metrics.differs(domain, route, kind)
    }
  }
}
