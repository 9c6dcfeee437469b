/**
 * What is known of one replica: how much it has to do, and whether it may be given more.
 *
 * Passive health after Envoy's outlier detection, with its defaults: five failures in a row eject a
 * replica for 30 s times the number of its ejections so far, five minutes at most; each ten seconds
 * without one take back one. A failure is an answer of 5xx, or none. A replica that comes back is given
 * its share bit by bit, so that cold caches do not meet the whole load.
 *
 * Pure: time is passed in.
 *
 * @module
 */

import { Line, type Room } from './line.ts'

export const outlier = {
  failures: 5,
  intervalMs: 10_000,
  ejectionMs: 30_000,
  ejectionMaxMs: 300_000,
  /** Share of an upstream's replicas that may be out at a time; one always may, the last never. */
  maxShare: 0.1,
}
const slowStartMs = 30_000
const slowStartShare = 0.1

/** What a replica is given; each counts by itself. */
export type Load = 'requests' | 'sockets'

export class Replica {
  readonly url: string
  /** WebSockets that it has, and those that are being opened. */
  sockets = 0
  /** Who has its connections, and who waits for one. */
  readonly line: Line
  #failures = 0
  #ejections = 0
  #outUntil: number | undefined
  #backSince: number | undefined
  #credit = 0
  /** What an active check found last. */
  #down = false

  constructor(url: string, room: Room = {}) {
    this.url = url
    this.line = new Line(room)
  }

  load(of: Load): number {
    return of === 'requests' ? this.line.load : this.sockets
  }

  out(now: number): boolean {
    if (this.#outUntil !== undefined && now >= this.#outUntil) {
      this.#backSince = this.#outUntil
      this.#outUntil = undefined
    }
    return this.#down || this.#outUntil !== undefined
  }

  /**
   * Asked once for each request that is given to one of `replicas`: false while it is coming back and
   * has had its share. Counted, not drawn by lot, so that it is the same under any load.
   */
  mayServe(now: number, replicas: number): boolean {
    if (this.#backSince === undefined) return true
    const share = (now - this.#backSince) / slowStartMs
    if (share >= 1) return true
    this.#credit += Math.max(slowStartShare, share) / replicas
    if (this.#credit < 1) return false
    this.#credit -= 1
    return true
  }

  succeeded(): void {
    this.#failures = 0
  }

  /** @returns true: it has failed too often in a row and should be ejected */
  failed(): boolean {
    this.#failures += 1
    return this.#failures >= outlier.failures
  }

  eject(now: number): void {
    const quiet = this.#backSince === undefined ? 0 : now - this.#backSince
    const forgiven = Math.floor(quiet / outlier.intervalMs)
    this.#ejections = Math.max(0, this.#ejections - forgiven) + 1
    this.#failures = 0
    const ms = Math.min(outlier.ejectionMs * this.#ejections, outlier.ejectionMaxMs)
    this.#outUntil = now + ms
  }

  /** The verdict of active checks. */
  checked(up: boolean, now: number): void {
    if (this.#down && up) this.#backSince = now
    this.#down = !up
  }
}
