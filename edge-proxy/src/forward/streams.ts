/**
 * Answers that are not whole at their head. Their head is sent in the next turn, so that a client
 * learns the status of an answer whose content is late; content that came with the head has taken it
 * along in one write by then, and small answers, which are over, cost one entry of an array.
 *
 * From then on an upstream may be silent for a while. Only its own silence counts: an answer that the
 * client does not read is paused. An event stream may be silent for ever: that is what it is for.
 *
 * @module
 */
import type { IncomingHttpHeaders } from 'node:http'

export interface Stream {
  /** Whole, or nobody wants the rest. */
  readonly over: boolean
  /** Grows with what the upstream sends. */
  readonly octets: number
  /** Nothing is asked of the upstream now. */
  readonly paused: boolean
  readonly mayBeSilent: boolean
  /** Unless content has taken it along. */
  sendHead(): void
  /** The upstream has been silent for too long. */
  cut(): void
}

/** Longest silence of an upstream within an answer, ms (five minutes). */
export const silenceMs = 300_000

export const isEventStream = (headers: IncomingHttpHeaders): boolean =>
  /^text\/event-stream *(?:;|$)/i.test(headers['content-type'] ?? '')

export class Streams {
  readonly #maxMs: number
  readonly #now: () => number
  #begun: Stream[] = []
  /** Octets of each when somebody looked, and since when there are not more. */
  readonly #open = new Map<Stream, { octets: number; since: number }>()
  #timer: NodeJS.Timeout | undefined

  constructor(maxMs = silenceMs, now: () => number = performance.now.bind(performance)) {
    this.#maxMs = maxMs
    this.#now = now
  }

  /** Those that are watched for silence. */
  get size(): number {
    return this.#open.size
  }

  begin(stream: Stream): void {
    if (this.#begun.push(stream) === 1) setImmediate(this.#sendHeads)
  }

  readonly #sendHeads = (): void => {
    const begun = this.#begun
    this.#begun = []
    for (const stream of begun) {
      if (stream.over) continue
      stream.sendHead()
      if (stream.mayBeSilent) continue
      this.#open.set(stream, { octets: stream.octets, since: this.#now() })
      this.#timer ??= setInterval(() => this.check(), Math.min(5_000, this.#maxMs / 4)).unref()
    }
  }

  end(stream: Stream): void {
    if (this.#open.size > 0) this.#open.delete(stream)
  }

  check(): void {
    const now = this.#now()
    for (const [stream, seen] of this.#open) {
      if (stream.paused || stream.octets !== seen.octets) {
        seen.octets = stream.octets
        seen.since = now
      } else if (now - seen.since > this.#maxMs) {
        this.#open.delete(stream)
        stream.cut()
      }
    }
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#open.clear()
  }
}
