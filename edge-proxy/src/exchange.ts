/**
 * One request on its way through the edge, and what has been settled about it so far.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RequestLine } from '@matapalo/core'
import type { Guarded } from './guard/guard.ts'
import type { Slot } from './hold/holdQueue.ts'
import type { Identity } from './identity/introspection.ts'
import { type Credentials, credentialsOf } from './identity/subject.ts'
import { requestIdOf, traceparentOf } from './trace.ts'

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
  /** False when the message has no content, so that it can be sent again. */
  readonly hasBody: boolean
  /** The client asked to be told before it sends its content. */
  readonly expectsContinue: boolean
  readonly #left = new AbortController()
  readonly #sessionCookie: string
  #credentials: Credentials | undefined

  /** First time it had to wait for a transfer. */
  heldSince: number | undefined
  slot: Slot | null = null
  /** Undefined until it was needed. */
  identity: Identity | null | undefined
  assertion: string | undefined
  /** `domain:term` of what the answering side was found to have applied. */
  readonly fresh = new Set<string>()
  /** Domains in whose name the subject was made dirty. */
  marked: readonly string[] | undefined
  /** Upstream that answered, for the metrics; `edge` until one does. */
  answeredBy = 'edge'
  /** Sent, and the upstream broke off before an answer. */
  resets = 0
  possiblyStale = false

  constructor(
    req: IncomingMessage,
    res: ServerResponse,
    guarded: Guarded,
    options: { readonly sessionCookie: string; readonly expectsContinue: boolean },
  ) {
    this.req = req
    this.res = res
    this.order = ++arrivals
    this.#sessionCookie = options.sessionCookie
    this.expectsContinue = options.expectsContinue
    this.target = guarded.path + guarded.search
    this.line = {
      method: guarded.method,
      path: guarded.path,
      host: guarded.host,
      query: guarded.search === '' ? noQuery : new URLSearchParams(guarded.search),
      headers: req.headers,
    }
    this.requestId = requestIdOf(req.headers['x-request-id'])
    this.traceparent = traceparentOf(req.headers.traceparent)
    const length = req.headers['content-length']
    this.hasBody =
      req.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0')
    res.once('close', () => {
      if (!res.writableFinished) this.#left.abort()
    })
  }

  get credentials(): Credentials {
    this.#credentials ??= credentialsOf(this.req.headers, this.#sessionCookie)
    return this.#credentials
  }

  /** Aborts when the client leaves before its answer is complete. */
  get left(): AbortSignal {
    return this.#left.signal
  }
}
