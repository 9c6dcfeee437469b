/**
 * Clients that do not take what they asked for. Back-pressure keeps their answers small here, but
 * each keeps a connection, one of the upstream's, and some buffers; so who takes nothing for a while
 * is cut off. An answer that has nothing to say, such as a quiet event stream, is not meant.
 *
 * @module
 */
import type { Socket } from 'node:net'

export class Readers {
  readonly #maxMs: number
  readonly #now: () => number
  readonly #sockets = new Set<Socket>()
  /** Those with octets that wait for them: how many were taken, and when the last of them. */
  readonly #waiting = new Map<Socket, { readonly taken: number; readonly since: number }>()
  #timer: NodeJS.Timeout | undefined

  /** @param maxMs longest that a client may take nothing while something waits for it, ms */
  constructor(maxMs: number, now: () => number = performance.now.bind(performance)) {
    this.#maxMs = maxMs
    this.#now = now
  }

  watch(socket: Socket): void {
    this.#sockets.add(socket)
    socket.once('close', () => {
      this.#sockets.delete(socket)
      this.#waiting.delete(socket)
    })
    this.#timer ??= setInterval(() => this.check(), Math.min(5_000, this.#maxMs / 4)).unref()
  }

  check(): void {
    const now = this.#now()
    for (const socket of this.#sockets) {
      const left = socket.writableLength
      if (left === 0) {
        this.#waiting.delete(socket)
        continue
      }
      // What was written includes what has not left yet.
      const taken = socket.bytesWritten - left
      const known = this.#waiting.get(socket)
      if (known === undefined || known.taken !== taken)
        this.#waiting.set(socket, { taken, since: now })
      else if (now - known.since > this.#maxMs) socket.destroy()
    }
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}
