/**
 * Sends a decided request, and releases its answer only when whoever reads next is protected.
 *
 * @module
 */
import type { Decision, RouteTable, Side } from '@matapalo/core'
import { ContentTooLarge, EdgeError, UpstreamBusy } from './errors.ts'
import type { Exchange } from './exchange.ts'
import type { Forwarder, Head, Outcome, Outgoing, UpgradeForwarder } from './forward/forward.ts'
import { setCookies, upstreamFields } from './forward/headers.ts'
import { publishNames } from './forward/publicNames.ts'
import type { Freshness, FreshWrite } from './freshness/freshness.ts'
import type { InFlight } from './hold/inFlight.ts'
import { bearerFields, withoutSession } from './identity/bearer/fields.ts'
import { type Subject, sessionChange } from './identity/subject.ts'
import { schemeOf } from './origin.ts'
import { CandidateFailed, canaryHeadMs } from './shadow/canary.ts'
import type { Shadow } from './shadow/shadow.ts'
import { testersFields } from './shadow/testers.ts'
import type { TableInForce } from './tableInForce.ts'
import { type MaybeSecured, secureFields } from './tls/secureAnswer.ts'
import type { Upgrades } from './upgrades.ts'
import type { Replica } from './upstreams/replica.ts'
import type { Replicas, Verdict } from './upstreams/replicas.ts'

export interface DeliveryParts {
  readonly inForce: TableInForce
  readonly inFlight: InFlight
  readonly replicas: Replicas
  readonly forwarder: Forwarder
  /** Carries reads that the owner serves when the candidate fails. */
  readonly candidates: Forwarder
  /** Carries handshakes, and what they open. */
  readonly upgrader: UpgradeForwarder
  readonly upgrades: Upgrades
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
    const { inFlight, replicas, maxBody, upgrader } = this.#parts
    const { address, opening, tried } = exchange
    const forwarder = tried ? this.#parts.candidates : this.#parts.forwarder
    const limit = decision.route?.maxBody ?? maxBody
    if (exchange.length !== undefined && exchange.length > limit) throw new ContentTooLarge(limit)
    const what = opening === undefined ? 'requests' : 'sockets'
    const avoid = exchange.failedAt
    const { replica, full } = replicas.take(table, decision.upstream, address, avoid, what)
    if (full) return this.#standInLine(exchange, decision.upstream, replica, write)
    let verdict: Verdict = 'unknown'
    const ended = inFlight.begin(table.epoch, decision.writes, decision.route?.id)
    const { req, res, line } = exchange
    // Of two sides that cannot both be asked nothing can be compared, nor of a socket.
    const compared = exchange.fallback === undefined && opening === undefined
    const tap = compared ? this.#parts.shadow?.tap(exchange, table, decision) : undefined
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
        return this.#onHead(exchange, table, head, decision.side, write)
      },
      onUpstreamDone: ended,
    }
    // Few requests have more to say, and none of the others should pay for it.
    const outcome = await (opening !== undefined
      ? upgrader.upgrade(outgoing, opening)
      : forwarder.forward(
          tap === undefined && !tried
            ? outgoing
            : {
                ...outgoing,
                ...(tap === undefined ? {} : { onData: tap.capture.onData }),
                ...(tried ? onlyGood(decision.upstream) : {}),
              },
        ))
    // Of a socket the handshake is over; its frames stop at a hold by themselves.
    ended()
    if (opening !== undefined && outcome.kind === 'switched') {
      replica.succeeded()
      this.#parts.upgrades.opened(opening, outcome.tunnel, decision, () =>
        replicas.give(table, decision.upstream, replica, 'unknown', what),
      )
      return outcome
    }
    if (outcome.kind !== 'done') tap?.cancel()
    else tap?.answered((side) => this.#fields(exchange, table, side, undefined))
    if (outcome.kind === 'failed' && !(outcome.cause instanceof EdgeError)) {
      verdict = 'bad'
      exchange.failedAt = replica.url
    }
    replicas.give(table, decision.upstream, replica, verdict, address, what)
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
    table: RouteTable,
    head: Head,
    side: Side,
    write: FreshWrite | undefined,
  ): readonly string[] | Promise<readonly string[]> {
    const fields = this.#answerFields(exchange, table, head, side)
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
    }
    if (write !== undefined) {
      const keepFor = change?.subject ? [...write.subjects, change.subject] : write.subjects
      await freshness?.afterWrite(write, keepFor)
    }
    // Behind it, so that a write that made the session is not taken for one under way.
    if (change !== undefined) {
      await freshness?.carryOver([...inForce.watched], subjects, change.subject)
    }
  }

  #answerFields(exchange: Exchange, table: RouteTable, head: Head, side: Side): readonly string[] {
    const theirs =
      exchange.bearer === undefined
        ? head.headers
        : withoutSession(head.headers, this.#parts.sessionCookie)
    const fields = [...theirs, 'x-request-id', exchange.requestId]
    publishNames(fields, table.upstreams, exchange)
    if (this.#parts.closing() && head.status !== 101) fields.push('connection', 'close')
    const { secured } = exchange.res as MaybeSecured
    if (secured !== undefined) secureFields(fields, secured)
    if (exchange.choice !== undefined) fields.push(...testersFields(side, exchange.gaveUp))
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
