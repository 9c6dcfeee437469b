/**
 * What one client address may take: connections at a time, and requests a second. Behind a balancer
 * that hides addresses, and is not believed either (`EDGE_BALANCERS`), both limits belong there, and are
 * switched off here by 0.
 *
 * @module
 */
import { type RateLimit, RequestRate } from './requestRate.ts'

export interface ClientLimits extends RateLimit {
  /** Most connections of one address; 0: no limit. */
  readonly connections: number
}

export class Clients {
  readonly #limits: ClientLimits
  readonly #connections = new Map<string, number>()
  readonly #rate: RequestRate

  constructor(limits: ClientLimits, now: () => number = performance.now.bind(performance)) {
    this.#limits = limits
    this.#rate = new RequestRate(limits, now)
  }

  /** Connections that one address may have. */
  get most(): number {
    return this.#limits.connections
  }

  /** Addresses that are remembered. */
  get size(): number {
    return this.#connections.size + this.#rate.size
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
    this.#rate.take(address)
  }
}
