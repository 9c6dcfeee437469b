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
import type { Outcome } from './forward/forward.ts'
import type { Freshness, FreshWrite } from './freshness/freshness.ts'
import { settleReadings } from './guard/readings.ts'
import type { HoldQueue } from './hold/holdQueue.ts'
import type { Callers } from './identity/callers.ts'
import type { RequestRate } from './limits/requestRate.ts'
import type { EdgeMetrics } from './metrics.ts'
import type { Retries } from './retries.ts'
import { type Canary, canaryFreshMs } from './shadow/canary.ts'
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
    const { callers, retries, canary } = this.#parts
    retries.request()
    const judged = callers.arrive(exchange)
    if (judged !== undefined) await judged
    this.#limit(exchange)
    while (!exchange.gone) {
      const table = this.#parts.inForce.table
      if (table === undefined) throw new NoTable()
      const owners = decide(table, exchange.line)
      if (owners.route === null && table.retired) throw new NothingHere()
      if (exchange.loose !== undefined) {
        settleReadings(table, exchange.line, owners, exchange.loose)
      }
      const decision = canary.divert(exchange, table, owners)
      const tried = exchange.canary === 'candidate'
      const waitFor = this.#mustWaitFor(exchange, table, decision)
      if (waitFor.length > 0) {
        await this.#hold(exchange, decision, waitFor)
        continue
      }
      // Every step here either has nothing to do, or awaits and sends the loop around.
      const unknown = callers.next(exchange, decision, this.#causal())
      if (unknown !== undefined) {
        // What only the candidate wants to know must not fail a read that the owner can serve.
        if (tried) await unknown.catch(() => canary.giveUp(exchange, decision, 'failed'))
        else await unknown
        continue
      }
      const unsettled = this.#notFresh(exchange, table, decision)
      if (unsettled.length > 0) {
        await this.#freshen(exchange, decision, unsettled)
        continue
      }
      const write = this.#watchedWrite(exchange, table, decision)
      if (write !== undefined && exchange.marked === undefined) {
        exchange.marked = write.domains.map(({ domain }) => domain)
        await this.#parts.freshness?.beforeWrite(write)
        continue
      }
      const outcome = await this.#deliver(exchange, table, decision, write)
      if (outcome === undefined) continue
      if (outcome.kind !== 'failed' || exchange.gone) return
      failingSince ??= performance.now()
      retries.allow(exchange, decision, outcome, failingSince)
      await sleep(retryMs)
    }
  }

  /** Undefined: nothing was answered yet. It had to wait, or the candidate failed it. */
  async #deliver(
    exchange: Exchange,
    table: RouteTable,
    decision: Decision,
    write: FreshWrite | undefined,
  ): Promise<Outcome | undefined> {
    const { delivery, canary } = this.#parts
    if (exchange.canary !== 'candidate') return delivery.deliver(exchange, table, decision, write)
    try {
      const outcome = await delivery.deliver(exchange, table, decision, write)
      if (outcome !== undefined && outcome.kind !== 'failed') {
        canary.answered(decision, outcome.kind !== 'cut')
        return outcome
      }
    } catch (error) {
      if (!(error instanceof EdgeError)) throw error
    }
    if (!exchange.gone) canary.giveUp(exchange, decision, 'failed')
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
    return domains.filter((domain) => !exchange.fresh.has(freshKey(domain, table)))
  }

  async #freshen(
    exchange: Exchange,
    decision: Decision,
    domains: readonly string[],
  ): Promise<void> {
    const { freshness, inForce, canary } = this.#parts
    const table = inForce.table as RouteTable
    const tried = exchange.canary === 'candidate'
    const outcome = await freshness?.beforeRead({
      domains: [...new Set(domains)],
      side: decision.side,
      access: decision.access,
      subjects: exchange.subjects,
      unsure: exchange.bridged === 'unknown',
      signal: exchange.left,
      ...(tried ? { maxMs: canaryFreshMs } : {}),
    })
    if (outcome === 'stale' && tried) {
      canary.giveUp(exchange, decision, 'stale')
      return
    }
    if (outcome === 'stale') exchange.possiblyStale = true
    for (const domain of domains) exchange.fresh.add(freshKey(domain, table))
  }

  #watchedWrite(exchange: Exchange, table: RouteTable, decision: Decision): FreshWrite | undefined {
    if (this.#parts.freshness === undefined || decision.writes.length === 0) return undefined
    const { watched } = this.#parts.inForce
    if (watched.size === 0) return undefined
    const domains = table.domains
      .filter(({ domain }) => watched.has(domain) && decision.writes.includes(domain))
      .map(({ domain, owner }) => ({ domain, owner }))
    if (domains.length === 0) return undefined
    const everybody = exchange.bridged === 'unknown'
    return { id: exchange.traceparent, subjects: exchange.subjects, domains, everybody }
  }
}

const freshKey = (domain: string, table: RouteTable): string =>
  `${domain}:${table.domains.find((state) => state.domain === domain)?.term ?? 0}:${
    table.domains.find((state) => state.domain === domain)?.owner
  }`
