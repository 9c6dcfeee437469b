/**
 * Answers what Node's parser could not read: the client's error, by the rule it breaks, in its place
 * in the order of answers, and then the end of the connection.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { answerError, rawAnswer } from '../answer.ts'
import { breakContent } from '../forward/requestBody.ts'
import type { EdgeMetrics } from '../metrics.ts'
import { isShut, shut } from './closing.ts'
import type { GuardLimits } from './guard.ts'
import { type ParseError, refusalOf } from './parseErrors.ts'

export class BrokenMessages {
  readonly #last = new WeakMap<Socket, ServerResponse>()
  readonly #ending = new WeakSet<Socket>()
  readonly #limits: GuardLimits
  readonly #metrics: Pick<EdgeMetrics, 'refused'>

  constructor(limits: GuardLimits, metrics: Pick<EdgeMetrics, 'refused'>) {
    this.#limits = limits
    this.#metrics = metrics
  }

  /**
   * The newest message of a connection: what breaks next is its content, or comes after it.
   * @returns the one before it, while that is not answered
   */
  follow({ socket }: IncomingMessage, res: ServerResponse): ServerResponse | undefined {
    const before = this.#last.get(socket)
    this.#last.set(socket, res)
    return before === undefined || before.closed || before.destroyed ? undefined : before
  }

  /** A message of this connection has not been answered yet. */
  pending(socket: Socket): boolean {
    const last = this.#last.get(socket)
    return last !== undefined && !last.closed && !last.destroyed
  }

  readonly onClientError = (error: ParseError, socket: Socket): void => {
    if (isShut(socket)) return
    // A reset, or an end in mid message: there is nobody to answer.
    if (socket.destroyed || !socket.writable || error.code === 'ECONNRESET') {
      socket.destroy()
      return
    }
    const refusal = refusalOf(error, this.#limits)
    const res = this.#last.get(socket)
    if (res === undefined || res.closed || res.destroyed) {
      this.#metrics.refused(refusal.code)
      shut(socket)
      socket.write(rawAnswer(refusal))
      socket.destroySoon()
      return
    }
    if (!res.req.complete) {
      breakContent(res.req)
      if (res.headersSent) {
        // The upstream answered before it had the content, and the rest of that will not come.
        this.#metrics.refused(refusal.code)
        shut(socket)
        socket.destroy()
      } else answerError(res, refusal, this.#metrics)
      return
    }
    // A message behind whole ones: those are answered first.
    if (this.#ending.has(socket)) return
    this.#ending.add(socket)
    this.#metrics.refused(refusal.code)
    res.once('close', () => {
      shut(socket)
      if (socket.writable) socket.write(rawAnswer(refusal))
      socket.destroySoon()
    })
  }
}
