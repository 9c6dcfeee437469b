/**
 * How slowly a client may send its content. Only time counts in which somebody waited for octets: an
 * upstream that does not read makes no client slow. As in Apache's mod_reqtimeout there is a grace,
 * and every octet that arrives buys a little more.
 *
 * Pure but for its one timer, which looks at all waiting contents once a second.
 *
 * @module
 */

/** Grace before any octet, ms. */
const graceMs = 10_000
/** What an octet buys, ms: at least 500 octets a second after the grace. */
export const octetMs = 2
const everyMs = 1_000

export interface Paced {
  /** Told once, when the client has been too slow. */
  tooSlow(): void
}

export class Pace {
  readonly #paced: Paced
  readonly #now: () => number
  #waitedMs = 0
  #octets = 0
  #since: number | undefined

  constructor(paced: Paced, now: () => number = performance.now.bind(performance)) {
    this.#paced = paced
    this.#now = now
  }

  /** Octets are wanted and none is here. */
  wait(): void {
    if (this.#since !== undefined) return
    this.#since = this.#now()
    waiting.add(this)
    watch()
  }

  got(octets: number): void {
    this.#octets += octets
    this.end()
  }

  /** Nothing is waited for any more. */
  end(): void {
    if (this.#since === undefined) return
    this.#waitedMs += this.#now() - this.#since
    this.#since = undefined
    waiting.delete(this)
  }

  check(): void {
    if (this.#since === undefined) return
    const waited = this.#waitedMs + this.#now() - this.#since
    if (waited <= graceMs + this.#octets * octetMs) return
    this.end()
    this.#paced.tooSlow()
  }
}

const waiting = new Set<Pace>()
let timer: NodeJS.Timeout | undefined

function watch(): void {
  if (timer !== undefined) return
  timer = setInterval(() => {
    for (const pace of waiting) pace.check()
    if (waiting.size > 0) return
    clearInterval(timer)
    timer = undefined
  }, everyMs)
  timer.unref()
}
