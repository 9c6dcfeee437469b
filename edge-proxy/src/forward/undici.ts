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
import { type Dispatcher, errors, Pool } from 'undici'
import type { Asker, Forwarder, Head, Outcome, Outgoing } from './forward.ts'
import { answerFields } from './headers.ts'
import { passInterim } from './interim.ts'
import { RequestBody } from './requestBody.ts'

/** Answer octets kept while a head is held back, before the upstream is paused. */
const gateBytes = 65_536
/** A whole content up to this size is sent together with its head. */
const inlineBytes = 16_384

export class UndiciForwarder implements Forwarder, Asker {
  readonly #pools = new Map<string, Pool>()
  readonly #headersTimeout: number
  readonly #connections: number

  /** @param connections per replica; more requests wait inside the pool */
  constructor(headersTimeoutMs: number, connections = 256) {
    this.#headersTimeout = headersTimeoutMs
    this.#connections = connections
  }

  #pool(origin: string): Pool {
    let pool = this.#pools.get(origin)
    if (pool === undefined) {
      pool = new Pool(origin, {
        connections: this.#connections,
        pipelining: 1,
        allowH2: false,
        connectTimeout: 2_000,
        headersTimeout: this.#headersTimeout,
        bodyTimeout: 300_000,
      })
      this.#pools.set(origin, pool)
    }
    return pool
  }

  forward(outgoing: Outgoing): Promise<Outcome> {
    return new Promise((resolve) => {
      const passage = new Passage(outgoing, resolve)
      try {
        this.#pool(outgoing.origin).dispatch(
          {
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
      path: question.path,
      method: 'GET',
      headers: question.headers as string[],
      signal: AbortSignal.timeout(Math.max(1, Math.ceil(question.timeoutMs))),
    })
    return { status: answer.statusCode, text: await answer.body.text() }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.destroy()))
    this.#pools.clear()
  }
}

/** One answer on its way from undici's parser to the client's connection. */
class Passage implements Dispatcher.DispatchHandler {
  readonly #outgoing: Outgoing
  readonly #res: ServerResponse
  readonly #settle: (outcome: Outcome) => void
  #controller: Dispatcher.DispatchController | undefined
  #settled = false
  #released = false
  #ended = false
  /** Octets of content still to come, by Content-Length; below zero when unknown. */
  #remaining = -1
  #wrote = false
  #gated: Buffer[] = []
  #gatedBytes = 0
  #head: Head | undefined

  constructor(outgoing: Outgoing, settle: (outcome: Outcome) => void) {
    this.#outgoing = outgoing
    this.#res = outgoing.res
    this.#settle = settle
    this.#res.on('close', this.#onClose)
  }

  #finish(outcome: Outcome): void {
    if (this.#settled) return
    this.#settled = true
    this.#res.off('close', this.#onClose).off('drain', this.#onDrain)
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
    const raw = controller.rawHeaders as readonly (Buffer | string)[]
    const fields = answerFields(
      raw.map((part) => (typeof part === 'string' ? part : part.toString('latin1'))),
    )
    const length = headers['content-length']
    if (typeof length === 'string' && this.#outgoing.method !== 'HEAD' && status !== 304) {
      this.#remaining = Number(length)
    }
    this.#head = { status, message, headers: fields }
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
    res.on('drain', this.#onDrain)
    res.writeHead(head.status, head.message, fields as string[])
    for (const chunk of this.#gated) this.#write(chunk)
    this.#gated = []
    if (this.#ended) this.#complete()
    else if (this.#controller?.paused && !res.writableNeedDrain) this.#controller.resume()
  }

  #write(chunk: Buffer): boolean {
    this.#remaining -= chunk.length
    // The last octets go together with the end: one write, one packet for small answers.
    if (this.#remaining !== 0) {
      this.#wrote = true
      return this.#res.write(chunk)
    }
    if (chunk.length <= inlineBytes && !this.#wrote) {
      // As text of the same octets Node puts it behind the head in one buffer, one system call.
      this.#res.end(chunk.toString('latin1'), 'latin1')
    } else this.#res.end(chunk)
    return true
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#settled) return
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
    const slow =
      cause instanceof errors.HeadersTimeoutError || cause instanceof errors.BodyTimeoutError
    const sent = this.#controller !== undefined
    this.#finish({ kind: 'failed', sent, slow, cause })
  }
}
