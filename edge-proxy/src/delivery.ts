/**
 * Sends a decided request, and releases its answer only when whoever reads next is protected.
 *
 * @module
 */
import type { Decision, RouteTable, Side } from '@matapalo/core'
import { ContentTooLarge, EdgeError, UpstreamBusy } from './errors.ts'
import type { Exchange } from './exchange.ts'
import type { Forwarder, Head, Outcome, Outgoing } from './forward/forward.ts'
import { setCookies, upstreamFields } from './forward/headers.ts'
import type { Freshness, FreshWrite } from './freshness/freshness.ts'
import type { InFlight } from './hold/inFlight.ts'
import { bearerFields, withoutSession } from './identity/bearer/fields.ts'
import { type Subject, sessionChange } from './identity/subject.ts'
import { CandidateFailed, canaryHeadMs } from './shadow/canary.ts'
import type { Shadow } from './shadow/shadow.ts'
import type { TableInForce } from './tableInForce.ts'
import { schemeOf } from './tls/scheme.ts'
import { type MaybeSecured, secureFields } from './tls/secureAnswer.ts'
import type { Replica } from './upstreams/replica.ts'
import type { Replicas, Verdict } from './upstreams/replicas.ts'

export interface DeliveryParts {
  readonly inForce: TableInForce
  readonly inFlight: InFlight
  readonly replicas: Replicas
  readonly forwarder: Forwarder
  /** Carries reads that the owner serves when the candidate fails. */
  readonly candidates: Forwarder
  /** Undefined: nothing is copied. */
  readonly shadow: Shadow | undefined
  readonly freshness: Freshness | undefined
  /** An answer has changed this session: what is known of it goes, in every edge. */
  readonly sessionChanged: (subject: Subject) => void
  readonly sessionCookie: string
  /** Most octets of content where the route says nothing. */
  readonly maxBody: number
  /** Longest a request waits for a connection, ms. */
  readonly lineMs: number
  /** True while stopping: answers close their connections. */
  readonly closing: () => boolean
}

export class Delivery {
  readonly #parts: DeliveryParts

  constructor(parts: DeliveryParts) {
    this.#parts = parts
  }

  /**
   * Counts and forwards, in the turn in which it was decided. Undefined: it had to wait for a
   * connection, and is to be decided again.
   */
  async deliver(
    exchange: Exchange,
    table: RouteTable,
    decision: Decision,
    write: FreshWrite | undefined,
  ): Promise<Outcome | undefined> {
    const { inFlight, replicas, maxBody } = this.#parts
    const tried = exchange.canary === 'candidate'
    const forwarder = tried ? this.#parts.candidates : this.#parts.forwarder
    const limit = decision.route?.maxBody ?? maxBody
    if (exchange.length !== undefined && exchange.length > limit) throw new ContentTooLarge(limit)
    const { address } = exchange
    const { replica, full } = replicas.take(table, decision.upstream, address, exchange.failedAt)
    if (full) return this.#standInLine(exchange, decision.upstream, replica, write)
    let verdict: Verdict = 'unknown'
    const ended = inFlight.begin(table.epoch, decision.writes, decision.route?.id)
    const { req, res, line } = exchange
    const tap = this.#parts.shadow?.tap(exchange, table, decision)
    const outgoing: Outgoing = {
      req,
      res,
      origin: replica.url,
      method: line.method,
      target: exchange.target,
      headers: this.#fields(exchange, table, decision.side, exchange.assertion),
      hasBody: exchange.hasBody,
      maxBody: limit,
      onBodyWanted: () => {
        if (exchange.expectsContinue) res.writeContinue()
      },
      onHead: (head) => {
        exchange.slot?.free()
        exchange.answeredBy = decision.upstream
        verdict = head.status >= 500 ? 'bad' : 'good'
        tap?.capture.onHead(head)
        return this.#onHead(exchange, head, write)
      },
      onUpstreamDone: ended,
    }
    // Few requests have more to say, and none of the others should pay for it.
    const outcome = await forwarder.forward(
      tap === undefined && !tried
        ? outgoing
        : {
            ...outgoing,
            ...(tap === undefined ? {} : { onData: tap.capture.onData }),
            ...(tried ? onlyGood(decision.upstream) : {}),
          },
    )
    ended()
    if (outcome.kind !== 'done') tap?.cancel()
    else tap?.answered((side) => this.#fields(exchange, table, side, undefined))
    if (outcome.kind === 'failed' && !(outcome.cause instanceof EdgeError)) {
      verdict = 'bad'
      exchange.failedAt = replica.url
    }
    replicas.give(table, decision.upstream, replica, verdict, address)
    // Sent and not answered: it may still be written, so the writer stays dirty.
    if (write !== undefined && (outcome.kind === 'failed' || outcome.kind === 'left')) {
      if (!outcome.sent) this.#parts.freshness?.notWritten(write)
      exchange.marked = undefined
    }
    return outcome
  }

  /** @throws UpstreamBusy at the limit, over all its waits */
  async #standInLine(
    exchange: Exchange,
    upstream: string,
    replica: Replica,
    write: FreshWrite | undefined,
  ): Promise<undefined> {
    const { freshness, lineMs } = this.#parts
    // By then it may write somewhere else.
    if (write !== undefined) {
      freshness?.notWritten(write)
      exchange.marked = undefined
    }
    const busy = () =>
      new UpstreamBusy(upstream, `no connection came free in ${lineMs} ms, the limit`)
    // Its owner has more time for it than a candidate.
    if (exchange.canary === 'candidate') throw busy()
    const now = performance.now()
    exchange.inLineSince ??= now
    const left = lineMs - (now - exchange.inLineSince)
    if (left <= 0) throw busy()
    if (!(await replica.line.wait(exchange.address, left, exchange.left))) throw busy()
  }

  /** What a side gets for the request. */
  #fields(
    exchange: Exchange,
    table: RouteTable,
    side: Side,
    assertion: string | undefined,
  ): readonly string[] {
    const { req, bearer, session: bridged } = exchange
    const fields = upstreamFields(req.rawHeaders, {
      host: req.headers.host as string,
      remoteAddress: exchange.address,
      scheme: schemeOf(req),
      requestId: exchange.requestId,
      traceparent: exchange.traceparent,
      // Also while nobody is watched: what it calls may be decided after a switch.
      tracestate: table.domains.length > 0 ? exchange.tracestate() : exchange.sentState,
      identity: side === 'service' ? assertion : undefined,
    })
    if (bearer === undefined) return fields
    const { sessionCookie } = this.#parts
    return bearerFields(fields, { bearer, side, sessionCookie, bridged, now: Date.now() })
  }

  #onHead(
    exchange: Exchange,
    head: Head,
    write: FreshWrite | undefined,
  ): readonly string[] | Promise<readonly string[]> {
    const fields = this.#answerFields(exchange, head)
    const change = sessionChange(setCookies(head.headers), this.#parts.sessionCookie)
    if (write === undefined && change === undefined) return fields
    return this.#protect(exchange, write, change).then(() => fields)
  }

  /** The answer is released when whoever reads next, by whatever identity, is protected. */
  async #protect(
    exchange: Exchange,
    write: FreshWrite | undefined,
    change: { readonly subject: Subject | null } | undefined,
  ): Promise<void> {
    const { freshness, inForce, sessionChanged } = this.#parts
    const { subjects } = exchange.credentials
    const forget = change?.subject ? [...subjects, change.subject] : subjects
    if (change !== undefined) {
      for (const subject of forget) sessionChanged(subject)
      await freshness?.carryOver([...inForce.watched], subjects, change.subject)
    }
    if (write === undefined) return
    const keepFor = change?.subject ? [...write.subjects, change.subject] : write.subjects
    await freshness?.afterWrite(write, keepFor)
  }

  #answerFields(exchange: Exchange, head: Head): readonly string[] {
    const theirs =
      exchange.bearer === undefined
        ? head.headers
        : withoutSession(head.headers, this.#parts.sessionCookie)
    const fields = [...theirs, 'x-request-id', exchange.requestId]
    if (this.#parts.closing()) fields.push('connection', 'close')
    const { secured } = exchange.res as MaybeSecured
    if (secured !== undefined) secureFields(fields, secured)
    if (exchange.possiblyStale) fields.push('warning', '110 matapalo "Response is Stale"')
    return fields
  }
}

/** A candidate has some time to say that it can; else the client gets the owner's answer. */
const onlyGood = (upstream: string) => ({
  headMs: canaryHeadMs,
  refuses: ({ status }: Head): Error | undefined =>
    status >= 500 ? new CandidateFailed(upstream, status) : undefined,
})
