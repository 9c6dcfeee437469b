/**
 * The client's end of a WebSocket, as the engine that carries it sees it. It stands between the two
 * because frames must be stoppable: a pipe resumes a paused socket by itself, as soon as the other
 * side has taken what it was given.
 *
 * Closed until the client has been told that protocols were switched: what the engine writes before
 * that (its own head of the answer) is dropped, and nothing is read. It keeps no octets: each chunk
 * is read only when the upstream wants it, so a hold stops even those that the edge has seen.
 *
 * @module
 */
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import type { Handshake } from './forward.ts'

/** FIN + close, two octets of code. */
const closeFrame = (code: number): Buffer => Buffer.from([0x88, 0x02, code >> 8, code & 0xff])
/** Service restart (RFC 6455 7.4.1 and its registry): clients reconnect on it. */
export const restart = 1012
/** The other side stays away too long. */
export const goingAway = 1001
/** How long a client may take to read why it was closed, ms. */
const lingerMs = 1_000

export class Tunnel extends Duplex {
  readonly #handshake: Handshake
  readonly #socket: Socket
  /** Read, and not wanted yet. */
  #early: Buffer = Buffer.alloc(0)
  #state: 'before' | 'open' | 'closed' = 'before'
  /** The engine has written its head of the answer. */
  #headDropped = false
  /** Frames of an upstream that was faster than the client's 101. */
  #waiting: (() => void) | undefined
  #held = false
  #wanted = false
  #ended = false

  constructor(handshake: Handshake) {
    // Without a buffer of its own it is asked for a chunk only when the upstream takes one.
    super({ readableHighWaterMark: 0, allowHalfOpen: true })
    this.#handshake = handshake
    this.#socket = handshake.socket
    this.on('error', () => undefined)
  }

  /** The client was told, and what it sends belongs to the upstream. */
  accepted(): void {
    this.#early = this.#handshake.take()
  }

  /** Frames pass from here on, unless it is held. @param idleMs 0: for ever */
  open(idleMs: number, onIdle: () => void): void {
    if (this.#state === 'closed') return
    const socket = this.#socket
    this.#state = 'open'
    socket.setNoDelay(true)
    socket.setKeepAlive(true, 60_000)
    socket.setTimeout(idleMs, onIdle)
    socket.on('data', (chunk: Buffer) => {
      socket.pause()
      this.#early = this.#early.length === 0 ? chunk : Buffer.concat([this.#early, chunk])
      this.#give()
    })
    socket.on('end', () => {
      this.#ended = true
      this.#give()
    })
    socket.once('close', () => this.destroy())
    this.#waiting?.()
    this.#give()
  }

  /** Nothing more is read. What the client is sent goes on. */
  hold(): void {
    this.#held = true
    this.#socket.pause()
  }

  release(): void {
    this.#held = false
    this.#give()
  }

  /** Says why, and ends; the upstream's end goes with it. */
  close(code: number): void {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    const socket = this.#socket
    socket.setTimeout(0)
    socket.end(closeFrame(code))
    const limit = setTimeout(() => socket.destroy(), lingerMs).unref()
    socket.once('close', () => clearTimeout(limit))
    // Its own close frame may still come, and the end behind it: read, and told nobody.
    socket.removeAllListeners('data')
    socket.resume()
    this.destroy()
  }

  #give(): void {
    if (this.#state !== 'open' || !this.#wanted || this.#held) return
    if (this.#early.length > 0) {
      const chunk = this.#early
      this.#early = Buffer.alloc(0)
      this.#wanted = false
      this.push(chunk)
    } else if (this.#ended) {
      this.#wanted = false
      this.push(null)
    } else this.#socket.resume()
  }

  override _read(): void {
    this.#wanted = true
    this.#give()
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    const pass = (): void => {
      if (this.#state === 'open' && this.#socket.writable) this.#socket.write(chunk, done)
      else done()
    }
    if (this.#state !== 'before') pass()
    else if (this.#headDropped) this.#waiting = pass
    else {
      this.#headDropped = true
      done()
    }
  }

  override _final(done: () => void): void {
    if (this.#state === 'open') this.#socket.end()
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (this.#state === 'open') this.#socket.destroySoon()
    this.#state = 'closed'
    done(error)
  }

  // What the engine does to sockets: the client's is looked after here.
  setTimeout(): this {
    return this
  }
  setNoDelay(): this {
    return this
  }
  setKeepAlive(): this {
    return this
  }
}
