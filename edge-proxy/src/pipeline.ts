/**
 * The way of one request: decide → hold → identify → freshen → forward.
 *
 * Deciding, counting as in flight and holding happen in one synchronous turn: between the look at
 * the table in force and the request being counted (or standing in line) nothing else can run, so
 * an acknowledged epoch binds every request. Whatever has to be waited for is waited for first, and
 * then everything is decided again.
 *
 * @module
 */
import { type Decision, decide, type RouteTable } from '@matapalo/core'
import { sleep } from '@matapalo/runtime'
import { answerError } from './answer.ts'
import type { Delivery } from './delivery.ts'
import { EdgeError, NoTable, NothingHere } from './errors.ts'
import type { Exchange } from './exchange.ts'
import type { Fallback } from './fallback.ts'
import type { Outcome } from './forward/forward.ts'
import type { Freshness, FreshWrite } from './freshness/freshness.ts'
import { watchedWrite } from './freshness/watchedWrite.ts'
import { settleReadings } from './guard/readings.ts'
import type { HoldQueue } from './hold/holdQueue.ts'
import type { Callers } from './identity/callers.ts'
import type { RequestRate } from './limits/requestRate.ts'
import type { EdgeMetrics } from './metrics.ts'
import type { Retries } from './retries.ts'
import type { Canary } from './shadow/canary.ts'
import type { Testers } from './shadow/testers.ts'
import type { TableInForce } from './tableInForce.ts'

export interface PipelineParts {
  readonly inForce: TableInForce
  readonly holds: HoldQueue
  /** Lost contact while a hold is in force. */
  readonly isolated: () => boolean
  /** Undefined: own reads are left to luck (a test fault). */
  readonly freshness: Freshness | undefined
  readonly callers: Callers
  readonly delivery: Delivery
  readonly retries: Retries
  readonly canary: Canary
  readonly testers: Testers
  readonly fallback: Fallback
  readonly metrics: EdgeMetrics
  /** Requests a second of one session or token; absent: no limit. */
  readonly credentialRate?: RequestRate
}

/** Between two tries to send a request, ms. */
const retryMs = 50

export class Pipeline {
  readonly #parts: PipelineParts

  constructor(parts: PipelineParts) {
    this.#parts = parts
  }

  /** Never rejects; when it settles the answer is complete or the client gone. */
  async serve(exchange: Exchange): Promise<void> {
    try {
      await this.#serve(exchange)
    } catch (error) {
      answerError(exchange.res, error, this.#parts.metrics, exchange)
    } finally {
      exchange.slot?.free()
      const { res, begun, answeredBy } = exchange
      if (res.headersSent) {
        this.#parts.metrics.answered(answeredBy, res.statusCode, performance.now() - begun)
      }
    }
  }

  async #serve(exchange: Exchange): Promise<void> {
    let failingSince: number | undefined
    const { callers, retries, canary, testers, fallback, inForce } = this.#parts
    retries.request()
    const judged = callers.arrive(exchange)
    if (judged !== undefined) await judged
    this.#limit(exchange)
    const choice = testers.choiceOf(exchange.req.headers)
    if (choice !== undefined) exchange.choice = await choice
    while (!exchange.gone) {
      const { table } = inForce
      if (table === undefined) throw new NoTable()
      const owners = decide(table, exchange.line)
      if (owners.route === null && table.retired) throw new NothingHere()
      if (exchange.loose !== undefined) {
        settleReadings(table, exchange.line, owners, exchange.loose)
      }
      const decision = fallback.divert(exchange, table, canary.divert(exchange, table, owners))
      const trial = this.#trialOf(exchange)
      const waitFor = this.#mustWaitFor(exchange, table, decision)
      if (waitFor.length > 0) {
        await this.#hold(exchange, decision, waitFor)
        continue
      }
      // Every step here either has nothing to do, or awaits and sends the loop around.
      const unknown = callers.next(exchange, decision, this.#causal())
      if (unknown !== undefined) {
        // What only the other side wants to know must not fail a read that the owner can serve.
        if (trial) await unknown.catch(() => trial.giveUp(exchange, decision, 'failed'))
        else await unknown
        continue
      }
      const unsettled = this.#notFresh(exchange, table, decision)
      if (unsettled.length > 0) {
        await this.#freshen(exchange, decision, unsettled)
        continue
      }
      const write =
        this.#parts.freshness && watchedWrite(exchange, table, decision, inForce.watched)
      if (write !== undefined && exchange.marked === undefined) {
        exchange.marked = write.domains.map(({ domain }) => domain)
        await this.#parts.freshness?.beforeWrite(write)
        continue
      }
      const outcome = await this.#deliver(exchange, table, decision, write)
      if (exchange.fallback !== undefined) failingSince ??= performance.now()
      if (outcome === undefined) continue
      if (outcome.kind !== 'failed' || exchange.gone) return
      failingSince ??= performance.now()
      retries.allow(exchange, decision, outcome, failingSince)
      await sleep(retryMs)
    }
  }

  /** Who is told how the side that does not own the read served it; undefined: the owner serves it. */
  #trialOf({ tried, fallback }: Exchange): Canary | Fallback | undefined {
    if (!tried) return undefined
    return fallback === 'begun' ? this.#parts.fallback : this.#parts.canary
  }

  /** Undefined: nothing was answered yet. It had to wait, or the other one of the two sides is to serve the read. */
  async #deliver(
    exchange: Exchange,
    table: RouteTable,
    decision: Decision,
    write: FreshWrite | undefined,
  ): Promise<Outcome | undefined> {
    const { delivery, fallback } = this.#parts
    const trial = this.#trialOf(exchange)
    try {
      const outcome = await delivery.deliver(exchange, table, decision, write)
      if (outcome === undefined) return undefined
      if (trial === undefined) {
        return fallback.begin(exchange, table, decision, outcome) ? undefined : outcome
      }
      if (outcome.kind !== 'failed') {
        trial.answered(exchange, decision, outcome.kind !== 'cut')
        return outcome
      }
    } catch (error) {
      if (!(error instanceof EdgeError)) throw error
      if (trial === undefined && !fallback.begin(exchange, table, decision, error)) throw error
    }
    if (trial !== undefined && !exchange.gone) trial.giveUp(exchange, decision, 'failed')
    return undefined
  }

  /** Judged first: a token that is not good is nobody's, and counts for its address alone. */
  #limit(exchange: Exchange): void {
    const { credentialRate } = this.#parts
    if (credentialRate?.limited !== true) return
    const [subject] = exchange.credentials.subjects
    if (subject !== undefined) credentialRate.take(subject)
  }

  /** Domains whose transfer the request has to wait for; reads too while nobody is heard of. */
  #mustWaitFor(exchange: Exchange, table: RouteTable, decision: Decision): readonly string[] {
    const { holds, inForce } = this.#parts
    if (decision.holdFor.length > 0) return decision.holdFor
    if (inForce.held.length > 0 && this.#parts.isolated()) {
      const touched = this.#readDomains(decision).filter((domain) => inForce.held.includes(domain))
      if (touched.length > 0) return touched
    }
    // A line that is being released: whoever may write the same queues up behind it.
    const overtakes = exchange.slot === null && exchange.heldSince === undefined
    if (overtakes && decision.writes.length > 0 && holds.standsBefore(decision.writes)) {
      return decision.writes.filter((domain) => table.domains.some((d) => d.domain === domain))
    }
    return []
  }

  #readDomains(decision: Decision): readonly string[] {
    const { route } = decision
    if (route === null) return this.#parts.inForce.held
    const moves = route.domain !== null && route.side === undefined
    return moves ? [route.domain, ...route.reads] : route.reads
  }

  async #hold(exchange: Exchange, decision: Decision, domains: readonly string[]): Promise<void> {
    exchange.heldSince ??= performance.now()
    exchange.slot?.free()
    exchange.slot = null
    // What will be needed after the hold is asked for during it.
    if (decision.route?.domain) this.#parts.callers.ahead(exchange)
    exchange.slot = await this.#parts.holds.wait({
      order: exchange.order,
      since: exchange.heldSince,
      domains,
      signal: exchange.left,
      blocked: () => {
        const table = this.#parts.inForce.table
        if (table === undefined) return true
        return this.#mustWaitFor(exchange, table, decide(table, exchange.line)).length > 0
      },
    })
  }

  /** Somebody reads where it is not written, or soon may. */
  #causal(): boolean {
    const { freshness, inForce } = this.#parts
    return freshness !== undefined && (inForce.watched.size > 0 || inForce.held.length > 0)
  }

  /** Domains the answering side does not own, or may not own any more, and must have caught up on. */
  #notFresh(exchange: Exchange, table: RouteTable, decision: Decision): readonly string[] {
    if (this.#parts.freshness === undefined || exchange.possiblyStale) return []
    const { held } = this.#parts.inForce
    if (decision.freshFor.length === 0 && held.length === 0) return []
    const moving =
      held.length === 0 ? [] : this.#readDomains(decision).filter((domain) => held.includes(domain))
    const domains = moving.length === 0 ? decision.freshFor : [...decision.freshFor, ...moving]
    return domains.filter((domain) => !exchange.fresh.has(exchange.freshKey(domain, table)))
  }

  async #freshen(
    exchange: Exchange,
    decision: Decision,
    domains: readonly string[],
  ): Promise<void> {
    const { freshness, inForce } = this.#parts
    const table = inForce.table as RouteTable
    const trial = this.#trialOf(exchange)
    const keys = domains.map((domain) => exchange.freshKey(domain, table))
    const outcome = await freshness?.beforeRead({
      domains: [...new Set(domains)],
      side: decision.side,
      access: decision.access,
      subjects: exchange.subjects,
      // A fall-back is proven for everybody's writes, by a token of now.
      unsure: exchange.bridged === 'unknown' || exchange.fallback === 'begun',
      signal: exchange.left,
      ...(trial === undefined ? {} : { maxMs: trial.freshMs }),
    })
    if (outcome === 'stale' && trial !== undefined) {
      trial.giveUp(exchange, decision, 'stale')
      return
    }
    if (outcome === 'stale') exchange.possiblyStale = true
    for (const key of keys) exchange.fresh.add(key)
  }
}
