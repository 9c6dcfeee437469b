/**
 * A WebSocket's opening handshake (RFC 6455 1.3) on its way: a request like any other, until its
 * upstream consents. Node's server makes no response for it and does not look at its connection any
 * more, so both are done here: any answer but 101 is given by an ordinary response and is the last
 * one of its connection, and a client that leaves is noticed.
 *
 * @module
 */
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Handshake } from './forward/forward.ts'
import { shut } from './guard/closing.ts'

export class Opening implements Handshake {
  readonly socket: Socket
  readonly #res: ServerResponse
  #head: Buffer

  /** @param head what came right behind the handshake */
  constructor(res: ServerResponse, socket: Socket, head: Buffer) {
    this.#res = res
    this.socket = socket
    this.#head = head
    socket.on('error', () => socket.destroy())
    // Nothing behind it can be told from frames.
    res.shouldKeepAlive = false
    res.assignSocket(socket)
    res.once('finish', this.#onFinish)
    socket.on('drain', this.#onDrain)
    // Who waits for consent sends nothing, so that this sees the client's end.
    socket.on('data', this.#onData)
    socket.once('end', this.#onEnd)
  }

  take(): Buffer {
    this.#leave()
    this.socket.pause()
    return this.#head
  }

  #leave(): void {
    const { socket } = this
    this.#res.off('finish', this.#onFinish)
    this.#res.detachSocket(socket)
    socket.off('drain', this.#onDrain)
    socket.off('data', this.#onData)
    socket.off('end', this.#onEnd)
  }

  readonly #onDrain = (): void => {
    this.#res.emit('drain')
  }

  readonly #onEnd = (): void => {
    this.socket.destroy()
  }

  /** Early frames: one read of them is kept, the rest stays where it is. */
  readonly #onData = (chunk: Buffer): void => {
    this.#head = Buffer.concat([this.#head, chunk])
    this.socket.pause()
  }

  readonly #onFinish = (): void => {
    this.#leave()
    shut(this.socket)
    this.socket.destroySoon()
    // As the server does it for the others.
    this.#res.destroy()
    this.#res.emit('close')
  }
}
