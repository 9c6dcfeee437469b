/**
 * What one client address may take: connections at a time, and requests a second.
 *
 * A request costs one token of a bucket that fills at a steady rate (the generic cell rate algorithm:
 * one number for each address, the time at which its bucket will be full again). Behind a load balancer
 * that hides addresses both limits belong there, and are switched off here by 0.
 *
 * @module
 */
import { TooManyRequests } from '../errors.ts'

export interface ClientLimits {
  /** Most connections of one address; 0: no limit. */
  readonly connections: number
  /** Requests of one address a second, over time; 0: no limit. */
  readonly perSecond: number
  /** Requests that may come at once. */
  readonly burst: number
}

/** Addresses whose bucket is full are forgotten when there are this many. */
const sweepAt = 10_000

export class Clients {
  readonly #limits: ClientLimits
  readonly #now: () => number
  readonly #connections = new Map<string, number>()
  readonly #fullAt = new Map<string, number>()
  #sweepAt = sweepAt

  constructor(limits: ClientLimits, now: () => number = performance.now.bind(performance)) {
    this.#limits = limits
    this.#now = now
  }

  /** Connections that one address may have. */
  get most(): number {
    return this.#limits.connections
  }

  /** Addresses that are remembered. */
  get size(): number {
    return this.#connections.size + this.#fullAt.size
  }

  /** @returns false: this connection is one too many */
  connect(address: string): boolean {
    const count = this.#connections.get(address) ?? 0
    if (this.#limits.connections > 0 && count >= this.#limits.connections) return false
    this.#connections.set(address, count + 1)
    return true
  }

  disconnect(address: string): void {
    const count = this.#connections.get(address) ?? 0
    if (count <= 1) this.#connections.delete(address)
    else this.#connections.set(address, count - 1)
  }

  /** @throws TooManyRequests */
  request(address: string): void {
    const { perSecond, burst } = this.#limits
    if (perSecond === 0) return
    const now = this.#now()
    const full = Math.max(this.#fullAt.get(address) ?? 0, now) + 1000 / perSecond
    const overMs = full - now - (burst * 1000) / perSecond
    if (overMs > 1e-6) throw new TooManyRequests(perSecond, Math.ceil(overMs / 1000))
    this.#fullAt.set(address, full)
    if (this.#fullAt.size >= this.#sweepAt) this.#sweep(now)
  }

  #sweep(now: number): void {
    for (const [address, full] of this.#fullAt) if (full <= now) this.#fullAt.delete(address)
    // Under a flood of addresses there is little to forget: then less often, not at every request.
    this.#sweepAt = Math.max(sweepAt, this.#fullAt.size * 2)
  }
}
