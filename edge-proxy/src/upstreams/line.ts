/**
 * The connections to one replica: which addresses have them, and who waits for one.
 *
 * No address has all of them. An eighth is kept for addresses that have less than an eighth, so that
 * one client whose requests never end leaves others something. Those that wait are served an address at
 * a time, in turn, so that who waits with a thousand requests stands behind nobody's back but its own.
 *
 * Waiting here instead of in the engine: a request that waits is not counted as in flight, is decided
 * again when its turn has come, and is told to come again at its limit.
 *
 * @module
 */

export interface Room {
  /** Most connections; absent: no limit. */
  readonly connections?: number
  /** False where addresses say nothing, as behind a load balancer that hides them. Absent: true. */
  readonly shared?: boolean
}

const kept = 1 / 8

type Waiter = () => void

export class Line {
  readonly #connections: number
  /** Above this many in use only those get one that have few. */
  readonly #free: number
  readonly #few: number
  readonly #has = new Map<string, number>()
  /** In turn: whoever was served goes to the end. */
  readonly #waiting = new Map<string, Set<Waiter>>()
  #inUse = 0
  #waiters = 0

  constructor({ connections = Number.POSITIVE_INFINITY, shared = true }: Room) {
    this.#connections = connections
    this.#few = shared && Number.isFinite(connections) ? Math.floor(connections * kept) : 0
    this.#free = connections - this.#few
  }

  /** Requests, waiting ones too. */
  get load(): number {
    return this.#inUse + this.#waiters
  }

  get waiting(): number {
    return this.#waiters
  }

  /** @returns false: not now */
  enter(address: string): boolean {
    if (!this.#fits(address)) return false
    this.#inUse += 1
    this.#has.set(address, (this.#has.get(address) ?? 0) + 1)
    return true
  }

  leave(address: string): void {
    this.#inUse -= 1
    const has = (this.#has.get(address) ?? 0) - 1
    if (has > 0) this.#has.set(address, has)
    else this.#has.delete(address)
    if (this.#waiters > 0) this.#callNext()
  }

  /** @returns true: its turn has come, or the client left; false: not in time */
  wait(address: string, limitMs: number, left: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (inTime: boolean): void => {
        clearTimeout(limit)
        left.removeEventListener('abort', turn)
        this.#drop(address, turn)
        resolve(inTime)
      }
      const turn = (): void => end(true)
      const limit = setTimeout(() => end(false), limitMs)
      left.addEventListener('abort', turn)
      const others = this.#waiting.get(address)
      if (others === undefined) this.#waiting.set(address, new Set([turn]))
      else others.add(turn)
      this.#waiters += 1
      if (left.aborted) turn()
    })
  }

  #fits(address: string): boolean {
    if (this.#inUse < this.#free) return true
    return this.#inUse < this.#connections && (this.#has.get(address) ?? 0) < this.#few
  }

  #drop(address: string, waiter: Waiter): void {
    const others = this.#waiting.get(address)
    if (others?.delete(waiter) !== true) return
    this.#waiters -= 1
    if (others.size === 0) this.#waiting.delete(address)
  }

  readonly #callNext = (): void => {
    for (const [address, waiters] of this.#waiting) {
      if (!this.#fits(address)) continue
      const [first] = waiters as Set<Waiter>
      this.#waiting.delete(address)
      this.#waiting.set(address, waiters)
      first?.()
      // It may have become somebody else's request meanwhile, and not take what it was called for.
      if (this.#waiters > 0) setImmediate(this.#callNext)
      return
    }
  }
}
