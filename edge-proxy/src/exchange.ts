/**
 * One request on its way through the edge, and what has been settled about it so far.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RequestLine, RouteTable, SideChoice, Tolerance } from '@matapalo/core'
import type { Guarded } from './guard/guard.ts'
import type { Slot } from './hold/holdQueue.ts'
import type { BridgedSession } from './identity/bearer/bridge.ts'
import type { Bearer } from './identity/bearer/claims.ts'
import type { Identity } from './identity/introspection.ts'
import type { Parent, Parents } from './identity/parent.ts'
import {
  bearerCredentials,
  type Credentials,
  credentialsOf,
  type Subject,
} from './identity/subject.ts'
import type { Opening } from './opening.ts'
import { addressOf } from './origin.ts'
import { requestIdOf, traceOf } from './trace.ts'

let arrivals = 0
const noQuery = new URLSearchParams()

export class Exchange {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly line: RequestLine
  readonly target: string
  readonly order: number
  readonly begun = performance.now()
  readonly requestId: string
  readonly traceparent: string
  /** What the client's trace carries for others. */
  readonly sentState: string | undefined
  /** False when the message has no content, so that it can be sent again. */
  readonly hasBody: boolean
  /** Octets of content that are announced. */
  readonly length: number | undefined
  /** What of its path a route must tolerate. */
  readonly loose: readonly Tolerance[] | undefined
  /** The client asked to be told before it sends its content. */
  readonly expectsContinue: boolean
  /** It asks for a WebSocket. */
  readonly opening: Opening | undefined
  #left: AbortController | undefined
  #gone = false
  readonly #sessionCookie: string
  readonly #parents: Parents
  #subjects: readonly Subject[] | undefined
  #credentials: Credentials | undefined
  #from: Parent | undefined

  /** First time it had to wait for a transfer. */
  heldSince: number | undefined
  /** First time it had to wait for a connection. */
  inLineSince: number | undefined
  slot: Slot | null = null
  /** Undefined until it was needed. */
  identity: Identity | null | undefined
  assertion: string | undefined
  /** Verified at arrival; undefined: the request brings no token, or nobody judges it here. */
  #bearer: Bearer | undefined
  #bridged: BridgedSession | null | 'unknown' | undefined
  #fresh: Set<string> | undefined
  /** Domains in whose name the subject was made dirty. */
  marked: readonly string[] | undefined
  /** Upstream that answered, for the metrics; `edge` until one does. */
  answeredBy = 'edge'
  /** Sent, and the upstream broke off before an answer. */
  resets = 0
  /** Replica that failed it last: the next try goes elsewhere, where there is another. */
  failedAt: string | undefined
  possiblyStale = false
  /** Who serves a read that both sides could serve; undefined: nobody has chosen yet. */
  canary: 'candidate' | 'owner' | undefined
  /** What a tester's header asks for; undefined: nobody's header came along. */
  choice: SideChoice | undefined
  /** The candidate serves it, or was to, by that choice and not by lot. */
  chosen = false
  /** Why the owner serves it after all. */
  gaveUp: 'stale' | 'failed' | undefined
  /** Its owner could not be reached: the other side is asked in its place, once. */
  fallback: 'begun' | 'over' | undefined

  constructor(
    req: IncomingMessage,
    res: ServerResponse,
    guarded: Guarded,
    options: {
      readonly sessionCookie: string
      readonly expectsContinue: boolean
      readonly parents: Parents
      readonly opening?: Opening | undefined
    },
  ) {
    this.req = req
    this.res = res
    this.order = ++arrivals
    this.#sessionCookie = options.sessionCookie
    this.#parents = options.parents
    this.expectsContinue = options.expectsContinue
    this.opening = options.opening
    // A socket stays, and may write: it is the owner's.
    if (options.opening !== undefined) this.canary = 'owner'
    this.target = guarded.path + guarded.search
    this.line = {
      method: guarded.method,
      path: guarded.path,
      host: guarded.host,
      query: guarded.search === '' ? noQuery : new URLSearchParams(guarded.search),
      headers: req.headers,
    }
    this.requestId = requestIdOf(req.headers['x-request-id'])
    const { traceparent, continues } = traceOf(req.headers.traceparent)
    this.traceparent = traceparent
    this.sentState = continues ? (req.headers.tracestate as string | undefined) : undefined
    this.hasBody = guarded.hasBody
    this.length = guarded.length
    this.loose = guarded.loose
    res.once('close', () => {
      if (res.writableFinished) return
      this.#gone = true
      this.#left?.abort()
    })
  }

  /** What the answering side was found to have applied, by {@link freshKey}. */
  get fresh(): Set<string> {
    this.#fresh ??= new Set()
    return this.#fresh
  }

  /** Holds for one ownership; what is found for a fall-back is found anew. */
  freshKey(domain: string, table: RouteTable): string {
    const state = table.domains.find((one) => one.domain === domain)
    const anew = this.fallback === 'begun' ? ':fallback' : ''
    return `${domain}:${state?.term ?? 0}:${state?.owner}${anew}`
  }

  get credentials(): Credentials {
    this.#credentials ??=
      this.#bearer === undefined
        ? credentialsOf(this.req.headers, this.#sessionCookie)
        : bearerCredentials(this.#bearer.subject, this.session?.subject)
    return this.#credentials
  }

  get bearer(): Bearer | undefined {
    return this.#bearer
  }

  setBearer(bearer: Bearer): void {
    this.#bearer = bearer
    this.identity = bearer.identity
    this.#renew()
  }

  /** What stands for the bearer at the monolith; null: nothing; unknown: nobody said in time. */
  get bridged(): BridgedSession | null | 'unknown' | undefined {
    return this.#bridged
  }

  setBridged(session: BridgedSession | null | 'unknown'): void {
    this.#bridged = session
    this.#renew()
  }

  get session(): BridgedSession | undefined {
    return typeof this.#bridged === 'object' && this.#bridged !== null ? this.#bridged : undefined
  }

  #renew(): void {
    this.#credentials = undefined
    this.#subjects = undefined
  }

  /** Who sent the request that this one is made for. */
  get #parent(): Parent {
    this.#from ??= this.#parents.of(this.req.headers.tracestate as string | undefined)
    return this.#from
  }

  /** Who reads and writes here: the sender, and whoever the sender's request is made for. */
  get subjects(): readonly Subject[] {
    if (this.#subjects === undefined) {
      const own = this.credentials.subjects
      const parents = this.#parent.subjects
      this.#subjects = parents.length === 0 ? own : [...new Set([...own, ...parents])]
    }
    return this.#subjects
  }

  /** Where it comes from: an application that serves somebody's request asks from that one's address. */
  get address(): string {
    return this.#parent.address ?? addressOf(this.req)
  }

  /** `tracestate` for the upstream, naming who the request is for, and where that one is. */
  tracestate(): string | undefined {
    return this.#parents.tracestate(this.sentState, this.subjects.slice(0, 2), this.address)
  }

  /** Goes to the side that does not own it, and back to the owner if that fails. */
  get tried(): boolean {
    return this.fallback === 'begun' || this.canary === 'candidate'
  }

  /** Nobody waits any more: the client left, or was told that its content is broken. */
  get gone(): boolean {
    return this.#gone || this.res.writableEnded
  }

  /** Aborts when the client leaves; made only for those that have to wait. */
  get left(): AbortSignal {
    if (this.#left === undefined) {
      this.#left = new AbortController()
      if (this.#gone) this.#left.abort()
    }
    return this.#left.signal
  }
}
