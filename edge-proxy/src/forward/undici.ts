/**
 * The hot path: undici's dispatch straight onto the client's connection, no streams in between for
 * answers. One pool of keep-alive connections per replica.
 *
 * `onRequestStart` is undici's promise that it is about to write, so a failure before it is
 * provably unsent. A client that leaves aborts the upstream's request at once; without that a
 * paused answer would keep its pooled connection for ever.
 *
 * @module
 */
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { buildConnector, type Dispatcher, errors, Pool } from 'undici'
import { type Looker, LookFailed, type LookQuestion, type RawAnswer } from '../shadow/look.ts'
import type { Asker, EngineOptions, Forwarder, Head, Outcome, Outgoing } from './forward.ts'
import { answerFields } from './headers.ts'
import { passInterim } from './interim.ts'
import { RequestBody } from './requestBody.ts'
import { serverName } from './serverName.ts'
import { isEventStream, type Stream, Streams } from './streams.ts'

/** undici ends a connection over TLS when this, `Host` if nothing is said, changes; the pool names its own. */
const sameName = { servername: 'of-the-pool' }
/** Answer octets kept while a head is held back, before the upstream is paused. */
const gateBytes = 65_536
/** A whole content up to this size is sent together with its head. */
const inlineBytes = 16_384

export class UndiciForwarder implements Forwarder, Asker, Looker {
  readonly #pools = new Map<string, Pool>()
  readonly #options: EngineOptions
  readonly #streams: Streams

  constructor(options: EngineOptions) {
    this.#options = options
    this.#streams = new Streams(options.silenceMs)
  }

  #pool(origin: string): Pool {
    let pool = this.#pools.get(origin)
    if (pool === undefined) {
      const { ca, headMs } = this.#options
      const trust = ca === undefined ? {} : { ca }
      const connect = buildConnector({ allowH2: false, timeout: 2_000, ...trust })
      const servername = serverName(new URL(origin).hostname)
      pool = new Pool(origin, {
        connections: this.#options.connections,
        pipelining: 1,
        connect: (to, callback) => connect({ ...to, servername }, callback),
        headersTimeout: headMs,
        // Whose silence counts, and when, is for `Streams` to say.
        bodyTimeout: 0,
      })
      this.#pools.set(origin, pool)
    }
    return pool
  }

  forward(outgoing: Outgoing): Promise<Outcome> {
    return new Promise((resolve) => {
      const passage = new Passage(outgoing, this.#streams, resolve)
      try {
        this.#pool(outgoing.origin).dispatch(
          {
            ...sameName,
            path: outgoing.target,
            method: outgoing.method as Dispatcher.HttpMethod,
            // undici copies what it keeps; its type only lacks `readonly`.
            headers: outgoing.headers as string[],
            body: outgoing.hasBody
              ? new RequestBody(outgoing.req, outgoing.onBodyWanted, outgoing.maxBody)
              : null,
          },
          passage,
        )
      } catch (error) {
        passage.onResponseError(undefined, error as Error)
      }
    })
  }

  async ask(
    origin: string,
    question: {
      readonly path: string
      readonly headers: readonly string[]
      readonly timeoutMs: number
    },
  ): Promise<{ readonly status: number; readonly text: string }> {
    const answer = await this.#pool(origin).request({
      ...sameName,
      path: question.path,
      method: 'GET',
      headers: question.headers as string[],
      signal: AbortSignal.timeout(Math.max(1, Math.ceil(question.timeoutMs))),
    })
    return { status: answer.statusCode, text: await answer.body.text() }
  }

  async look(origin: string, question: LookQuestion): Promise<RawAnswer> {
    const { path, headers, timeoutMs, maxBytes } = question
    const signal = AbortSignal.timeout(timeoutMs)
    let begun = false
    try {
      const answer = await this.#pool(origin).request({
        ...{ ...sameName, path, method: 'GET', headers: headers as string[], signal },
        responseHeaders: 'raw',
      })
      begun = true
      const chunks: Buffer[] = []
      let length = 0
      for await (const chunk of answer.body as AsyncIterable<Buffer>) {
        length += chunk.length
        // Leaving the loop destroys the stream, and the connection with it.
        if (length > maxBytes) throw new LookFailed('tooLarge')
        chunks.push(chunk)
      }
      // Asked for raw: names and values in turn.
      const raw = answer.headers as unknown as readonly (Buffer | string)[]
      const fields = raw.map((part) => (typeof part === 'string' ? part : part.toString('latin1')))
      return {
        status: answer.statusCode,
        headers: answerFields(fields),
        body: Buffer.concat(chunks),
      }
    } catch (error) {
      if (error instanceof LookFailed) throw error
      if (signal.aborted) throw new LookFailed('timeout', error)
      throw new LookFailed(begun ? 'broken' : 'unreachable', error)
    }
  }

  async close(): Promise<void> {
    this.#streams.stop()
    await Promise.all([...this.#pools.values()].map((pool) => pool.destroy()))
    this.#pools.clear()
  }
}

function asText(raw: readonly (Buffer | string)[]): readonly string[] {
  const text: string[] = []
  for (const part of raw) text.push(typeof part === 'string' ? part : part.toString('latin1'))
  return text
}

/** One answer on its way from undici's parser to the client's connection. */
class Passage implements Dispatcher.DispatchHandler, Stream {
  readonly #outgoing: Outgoing
  readonly #streams: Streams
  readonly #res: ServerResponse
  readonly #settle: (outcome: Outcome) => void
  #controller: Dispatcher.DispatchController | undefined
  #settled = false
  #released = false
  #ended = false
  /** Octets of content still to come, by Content-Length; below zero when unknown. */
  #remaining = -1
  #wrote = false
  /** Listens for the client to have read. */
  #drains = false
  #gated: Buffer[] = []
  #gatedBytes = 0
  #head: Head | undefined
  #late: NodeJS.Timeout | undefined
  /** Of content, so far. */
  octets = 0
  mayBeSilent = false

  constructor(outgoing: Outgoing, streams: Streams, settle: (outcome: Outcome) => void) {
    this.#outgoing = outgoing
    this.#streams = streams
    this.#res = outgoing.res
    this.#settle = settle
    this.#res.on('close', this.#onClose)
    const { headMs } = outgoing
    if (headMs !== undefined) {
      this.#late = setTimeout(() => this.#giveUp(new errors.HeadersTimeoutError(), true), headMs)
    }
  }

  /** No answer of this upstream is wanted any more, and nothing of one was written. */
  #giveUp(cause: Error, slow: boolean): void {
    const sent = this.#controller !== undefined
    this.#finish({ kind: 'failed', sent, slow, cause })
    this.#controller?.abort(new errors.RequestAbortedError())
  }

  #finish(outcome: Outcome): void {
    if (this.#settled) return
    this.#settled = true
    clearTimeout(this.#late)
    this.#streams.end(this)
    this.#res.off('close', this.#onClose)
    if (this.#drains) this.#res.off('drain', this.#onDrain)
    this.#gated = []
    this.#outgoing.onUpstreamDone()
    this.#settle(outcome)
  }

  readonly #onClose = (): void => {
    const sent = this.#controller !== undefined
    this.#finish({ kind: 'left', sent })
    if (!this.#ended) this.#controller?.abort(new errors.RequestAbortedError())
  }

  readonly #onDrain = (): void => this.#controller?.resume()

  get over(): boolean {
    return this.#settled
  }

  get paused(): boolean {
    return this.#controller?.paused === true
  }

  sendHead(): void {
    if (!this.#wrote) this.#res.flushHeaders()
  }

  cut(): void {
    this.#controller?.abort(new errors.BodyTimeoutError())
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#settled) controller.abort(new errors.RequestAbortedError())
    else this.#controller = controller
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
    message = '',
  ): void {
    if (this.#settled) return
    if (status < 200) {
      passInterim(this.#res, status, headers)
      return
    }
    const fields = answerFields(asText(controller.rawHeaders as readonly (Buffer | string)[]))
    const length = headers['content-length']
    if (typeof length === 'string' && this.#outgoing.method !== 'HEAD' && status !== 304) {
      this.#remaining = Number(length)
    }
    this.mayBeSilent = isEventStream(headers)
    clearTimeout(this.#late)
    this.#head = { status, message, headers: fields }
    const refused = this.#outgoing.refuses?.(this.#head)
    if (refused !== undefined) {
      this.#giveUp(refused, false)
      return
    }
    const verdict = this.#outgoing.onHead(this.#head)
    if (verdict instanceof Promise) {
      void verdict.then((final) => this.#release(final))
    } else {
      this.#release(verdict)
    }
  }

  #release(fields: readonly string[]): void {
    if (this.#settled) return
    const res = this.#res
    const head = this.#head as Head
    this.#released = true
    if (res.destroyed) return
    res.writeHead(head.status, head.message, fields as string[])
    for (const chunk of this.#gated) this.#write(chunk)
    this.#gated = []
    if (this.#ended) {
      this.#complete()
      return
    }
    this.#streams.begin(this)
    if (this.#controller?.paused && !res.writableNeedDrain) this.#controller.resume()
  }

  #write(chunk: Buffer): boolean {
    this.#remaining -= chunk.length
    // The last octets go together with the end: one write, one packet for small answers.
    if (this.#remaining !== 0) {
      this.#wrote = true
      if (this.#res.write(chunk)) return true
      if (!this.#drains) this.#res.on('drain', this.#onDrain)
      this.#drains = true
      return false
    }
    if (chunk.length <= inlineBytes && !this.#wrote) {
      // As text of the same octets Node puts it behind the head in one buffer, one system call.
      this.#res.end(chunk.toString('latin1'), 'latin1')
    } else this.#res.end(chunk)
    return true
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#settled) return
    this.octets += chunk.length
    this.#outgoing.onData?.(chunk)
    if (this.#released) {
      if (!this.#write(chunk)) controller.pause()
      return
    }
    this.#gated.push(chunk)
    this.#gatedBytes += chunk.length
    if (this.#gatedBytes > gateBytes) controller.pause()
  }

  onResponseEnd(): void {
    if (this.#settled) return
    this.#ended = true
    this.#outgoing.onUpstreamDone()
    if (this.#released) this.#complete()
  }

  #complete(): void {
    if (!this.#res.writableEnded) this.#res.end()
    this.#finish({ kind: 'done' })
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, cause: Error): void {
    if (this.#settled) return
    if (this.#released) {
      this.#finish({ kind: 'cut', cause })
      this.#res.destroy()
      return
    }
    const slow = cause instanceof errors.HeadersTimeoutError
    const sent = this.#controller !== undefined
    this.#finish({ kind: 'failed', sent, slow, cause })
  }
}
