/**
 * WebSockets that are open, or about to be. A socket stays with the side it was opened on; frames of
 * clients are not read while its domain is held, or one that its route writes, and when the domain
 * has moved it is closed with 1012 (service restart), on which clients reconnect.
 *
 * How a socket is opened is no business of this file: its handshake is a request, and goes the way
 * of all of them (`pipeline.ts`).
 *
 * @module
 */
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Decision, RouteTable, Side } from '@matapalo/core'
import { rawAnswer } from './answer.ts'
import { UpgradeFailed } from './errors.ts'
import { goingAway, restart, type Tunnel } from './forward/tunnel.ts'
import type { EdgeMetrics } from './metrics.ts'
import { Opening } from './opening.ts'
import type { TableInForce } from './tableInForce.ts'

export interface UpgradesParts {
  readonly inForce: TableInForce
  readonly metrics: Pick<EdgeMetrics, 'socket'>
  /** Longest that nobody may say anything, ms; 0: for ever. */
  readonly idleMs: number
}

interface Open {
  /** A socket of no domain never moves, but ends with the edge like any other. */
  readonly domain: string | null
  readonly side: Side
  /** Domains whose holds stop its frames. */
  readonly stops: readonly string[]
}

export class Upgrades {
  readonly #parts: UpgradesParts
  readonly #opening = new Set<Opening>()
  readonly #open = new Map<Tunnel, Open>()
  #closed = false

  constructor(parts: UpgradesParts) {
    this.#parts = parts
    parts.inForce.onChange((table) => {
      for (const [tunnel, open] of this.#open) this.#follow(tunnel, open, table)
    })
  }

  get count(): number {
    return this.#open.size
  }

  /** A handshake has arrived, and `res` is how it is answered. */
  begin(res: ServerResponse, socket: Socket, head: Buffer): Opening {
    const opening = new Opening(res, socket, head)
    this.#opening.add(opening)
    // Not when it is opened: the response has nothing to do with the connection then.
    res.once('close', () => {
      this.#opening.delete(opening)
      this.#parts.metrics.socket('refused')
    })
    return opening
  }

  /** @throws UpgradeFailed when the edge stops */
  check(): void {
    if (this.#closed) throw new UpgradeFailed()
  }

  /** Its client has been told that the upstream consents. @param onEnd called once */
  opened(opening: Opening, tunnel: Tunnel, decision: Decision, onEnd: () => void): void {
    const { inForce, metrics, idleMs } = this.#parts
    this.#opening.delete(opening)
    const { route, side, writes } = decision
    const domain = route?.side === undefined ? (route?.domain ?? null) : null
    const open: Open = { domain, side, stops: domain === null ? writes : [domain, ...writes] }
    metrics.socket('opened')
    this.#open.set(tunnel, open)
    tunnel.once('close', () => {
      this.#open.delete(tunnel)
      onEnd()
    })
    // The table may have changed since it was sent on its way.
    if (this.#closed) this.#close(tunnel, 'restarted')
    else if (inForce.table !== undefined) this.#follow(tunnel, open, inForce.table)
    tunnel.open(idleMs, () => this.#close(tunnel, 'idle'))
  }

  #follow(tunnel: Tunnel, { domain, side, stops }: Open, table: RouteTable): void {
    const state = table.domains.find((one) => one.domain === domain)
    if (domain !== null && state?.owner !== side) this.#close(tunnel, 'restarted')
    else if (table.domains.some((one) => one.hold && stops.includes(one.domain))) tunnel.hold()
    else tunnel.release()
  }

  #close(tunnel: Tunnel, why: 'restarted' | 'idle'): void {
    this.#open.delete(tunnel)
    this.#parts.metrics.socket(why)
    tunnel.close(why === 'idle' ? goingAway : restart)
  }

  /** The edge stops: sockets are told to reconnect, handshakes to come again. */
  closeAll(): void {
    this.#closed = true
    for (const tunnel of this.#open.keys()) this.#close(tunnel, 'restarted')
    for (const { socket } of this.#opening) {
      socket.end(rawAnswer(new UpgradeFailed()))
      socket.destroySoon()
    }
  }
}
