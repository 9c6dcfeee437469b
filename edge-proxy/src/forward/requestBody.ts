/**
 * The client's content as a stream of its own.
 *
 * Engines destroy the stream they are given, and destroying an IncomingMessage takes the client's
 * connection with it, so that no error could be answered. This one reads from the client only once
 * it is read from itself, and leaves the client alone when it is destroyed.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { ContentTooLarge, RequestTimeout } from '../errors.ts'
import { Pace } from '../limits/pace.ts'

const broken = new WeakSet<IncomingMessage>()

/** The rest of the content cannot be read: nothing of it that is still here is passed on either. */
export const breakContent = (message: IncomingMessage): void => {
  broken.add(message)
}

export class RequestBody extends Readable {
  readonly #from: IncomingMessage
  readonly #onWanted: () => void
  readonly #limit: number
  readonly #pace = new Pace({ tooSlow: () => this.destroy(new RequestTimeout()) })
  #left: number
  #attached = false

  /** @param limit most octets of content; one more destroys it with ContentTooLarge */
  constructor(from: IncomingMessage, onWanted: () => void, limit: number) {
    super()
    this.#from = from
    this.#onWanted = onWanted
    this.#limit = limit
    this.#left = limit
    // An engine that has given up listens no more, and an error without a listener ends the process.
    this.on('error', () => undefined)
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#pace.got(chunk.length)
    this.#left -= chunk.length
    if (this.#left < 0) this.destroy(new ContentTooLarge(this.#limit))
    else if (!this.push(chunk)) this.#from.pause()
    else this.#pace.wait()
  }
  readonly #onEnd = (): void => {
    this.#pace.end()
    this.push(null)
  }
  readonly #onError = (error: Error): void => {
    this.destroy(error)
  }
  readonly #onClose = (): void => {
    if (!this.#from.readableEnded) this.destroy(new Error('client left'))
  }

  override _read(): void {
    if (broken.has(this.#from)) {
      this.destroy(new Error('content is broken'))
      return
    }
    if (!this.#attached) {
      this.#attached = true
      this.#onWanted()
      this.#from
        .on('data', this.#onData)
        .on('end', this.#onEnd)
        .on('error', this.#onError)
        .on('close', this.#onClose)
    }
    this.#pace.wait()
    this.#from.resume()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#pace.end()
    this.#from
      .off('data', this.#onData)
      .off('end', this.#onEnd)
      .off('error', this.#onError)
      .off('close', this.#onClose)
    // What nobody wants any more is read and dropped, so that the connection can serve again.
    if (this.#attached && !this.#from.destroyed) this.#from.resume()
    done(error)
  }
}
