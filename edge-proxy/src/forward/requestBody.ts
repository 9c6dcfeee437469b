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

export class RequestBody extends Readable {
  readonly #from: IncomingMessage
  readonly #onWanted: () => void
  #attached = false

  constructor(from: IncomingMessage, onWanted: () => void) {
    super()
    this.#from = from
    this.#onWanted = onWanted
  }

  readonly #onData = (chunk: Buffer): void => {
    if (!this.push(chunk)) this.#from.pause()
  }
  readonly #onEnd = (): void => {
    this.push(null)
  }
  readonly #onError = (error: Error): void => {
    this.destroy(error)
  }
  readonly #onClose = (): void => {
    if (!this.#from.readableEnded) this.destroy(new Error('client left'))
  }

  override _read(): void {
    if (!this.#attached) {
      this.#attached = true
      this.#onWanted()
      this.#from
        .on('data', this.#onData)
        .on('end', this.#onEnd)
        .on('error', this.#onError)
        .on('close', this.#onClose)
    }
    this.#from.resume()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
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
