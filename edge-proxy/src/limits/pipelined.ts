/**
 * Requests that wait behind an unanswered one of their connection. Above a few of them the connection
 * is not read until most have been served, so that what one client sends ahead costs that and what a
 * single read brings (64 KiB, at most some 2,400 of the shortest requests), however slow the answer
 * before them is.
 *
 * While it is not read nobody hears that its client has left, and a head that is there in part is not
 * late: it gets its time when reading goes on.
 *
 * @module
 */
import type { Socket } from 'node:net'

/** Requests that may wait while the connection is read on. */
const most = 16
/** With this few waiting it is read again. */
const few = 4

interface Queue {
  waiting: number
  /** It has been stopped before, and its `resume` is listened for. */
  watched: boolean
  stopped: boolean
  /** A head was late while nobody read it. */
  late: (() => void) | undefined
  lateHead: NodeJS.Timeout | undefined
}

export class Pipelined {
  readonly #queues = new WeakMap<Socket, Queue>()
  readonly #headersMs: number
  /** Heads that have their time again. */
  #excused = 0

  /** @param headersMs longest a client may take to a head */
  constructor(headersMs: number) {
    this.#headersMs = headersMs
  }

  enter(socket: Socket): void {
    let queue = this.#queues.get(socket)
    if (queue === undefined) {
      queue = { waiting: 0, watched: false, stopped: false, late: undefined, lateHead: undefined }
      this.#queues.set(socket, queue)
    }
    queue.waiting += 1
    if (queue.waiting > most) stop(socket, queue)
  }

  leave(socket: Socket): void {
    const queue = this.#queues.get(socket)
    if (queue === undefined) return
    queue.waiting -= 1
    if (!queue.stopped || queue.waiting > few) return
    queue.stopped = false
    socket.resume()
    const { late } = queue
    queue.late = undefined
    if (late === undefined) return
    this.#excused += 1
    queue.lateHead = setTimeout(late, this.#headersMs).unref()
    socket.once('close', () => this.arrive(socket))
  }

  /** A head has come, whether or not it has to wait. */
  arrive(socket: Socket): void {
    if (this.#excused === 0) return
    const queue = this.#queues.get(socket)
    if (queue?.lateHead === undefined) return
    this.#excused -= 1
    clearTimeout(queue.lateHead)
    queue.lateHead = undefined
  }

  /**
   * A head did not come in time.
   * @param late what that means, when it is the client's fault
   * @returns true: nobody was reading it, and it gets its time again
   */
  excuses(socket: Socket, late: () => void): boolean {
    const queue = this.#queues.get(socket)
    if (queue?.stopped !== true) return false
    queue.late = late
    return true
  }
}

function stop(socket: Socket, queue: Queue): void {
  queue.stopped = true
  socket.pause()
  if (queue.watched) return
  queue.watched = true
  // Node reads on for whoever reads a content, and all contents before this request are here. To a
  // stream that has been paused again by now `pause` says nothing; what stops the reading is the event.
  socket.on('resume', () => {
    if (!queue.stopped) return
    socket.pause()
    socket.emit('pause')
  })
}
