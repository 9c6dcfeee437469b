/**
 * WebSockets: one dispatcher that follows the route table. A socket stays with the side it was
 * opened on; its frames are not read while its domain is held, and when the domain has moved it is
 * closed with 1012 (service restart), on which clients reconnect.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { decide, type RouteTable, type Side } from '@matapalo/core'
import { rawAnswer } from './answer.ts'
import { EdgeError, NothingHere, UpgradeFailed } from './errors.ts'
import type { UpgradeForwarder } from './forward/forward.ts'
import { upstreamFields } from './forward/headers.ts'
import { shut } from './guard/closing.ts'
import { guard } from './guard/guard.ts'
import { checkHandshake } from './guard/handshake.ts'
import { settleReadings } from './guard/readings.ts'
import { enforceAccess, guarded } from './identity/access.ts'
import { bearerFields } from './identity/bearer/fields.ts'
import type { Callers } from './identity/callers.ts'
import { credentialsOf } from './identity/subject.ts'
import type { Testers } from './shadow/testers.ts'
import type { TableInForce } from './tableInForce.ts'
import { schemeOf } from './tls/scheme.ts'
import { requestIdOf, traceOf } from './trace.ts'
import type { Replicas } from './upstreams/replicas.ts'

export interface UpgradesParts {
  readonly inForce: TableInForce
  readonly forwarder: UpgradeForwarder
  readonly replicas: Replicas
  readonly callers: Callers
  readonly testers: Testers
  readonly sessionCookie: string
}

/** FIN + close, two octets: 1012. */
const closeRestart = Buffer.from([0x88, 0x02, 0x03, 0xf4])

export class Upgrades {
  readonly #parts: UpgradesParts
  /** A socket of no domain never moves, but ends with the edge like any other. */
  readonly #open = new Map<Socket, { readonly domain: string | null; readonly side: Side }>()

  constructor(parts: UpgradesParts) {
    this.#parts = parts
    parts.inForce.onChange((table) => this.#follow(table))
  }

  get count(): number {
    return this.#open.size
  }

  async serve(req: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy())
    try {
      await this.#serve(req, socket, head)
    } catch (error) {
      if (!socket.writable) return
      shut(socket)
      socket.write(rawAnswer(error instanceof EdgeError ? error : new UpgradeFailed(error)))
      socket.destroySoon()
    }
  }

  async #serve(req: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    const { inForce, forwarder, replicas, callers, testers, sessionCookie } = this.#parts
    const message = guard(req)
    checkHandshake(req, message)
    const { method, path, search, host, loose } = message
    const line = { method, path, host, query: new URLSearchParams(search), headers: req.headers }
    const bearer = await callers.bearerOf(req.headers.authorization)
    // A socket may write, so it is the owner's like any write; a header that is not good is told all the same.
    await testers.choiceOf(req.headers)
    const first = inForce.table && decide(inForce.table, line)
    const identity =
      bearer?.identity ??
      (first && guarded(first.route)
        ? await callers.identityOf(credentialsOf(req.headers, sessionCookie))
        : null)
    const bridged =
      bearer && first?.side === 'monolith'
        ? await callers.sessionOf(bearer, first.route)
        : undefined
    const table = inForce.table
    const decision = table && decide(table, line)
    // A socket carries no request that could wait: the client is asked to come again.
    const moved = bearer !== undefined && first?.side !== decision?.side
    if (table === undefined || decision === undefined || moved || decision.holdFor.length > 0) {
      throw new UpgradeFailed()
    }
    if (decision.route === null && table.retired) throw new NothingHere()
    if (loose !== undefined) settleReadings(table, line, decision, loose)
    enforceAccess(decision.route, identity)
    const domain = decision.route?.domain ?? null
    const { side } = decision
    const moves = decision.route?.side === undefined
    this.#open.set(socket, { domain: moves ? domain : null, side })
    socket.once('close', () => this.#open.delete(socket))
    const fields = upstreamFields(req.rawHeaders, {
      host: req.headers.host as string,
      remoteAddress: req.socket.remoteAddress ?? '',
      scheme: schemeOf(req),
      requestId: requestIdOf(req.headers['x-request-id']),
      traceparent: traceOf(req.headers.traceparent).traceparent,
    })
    forwarder.upgrade(req, socket, head, {
      origin: replicas.pick(table, decision.upstream),
      target: path + search,
      headers:
        bearer === undefined
          ? fields
          : bearerFields(fields, { bearer, side, sessionCookie, bridged, now: Date.now() }),
    })
  }

  #follow(table: RouteTable): void {
    for (const [socket, { domain, side }] of this.#open) {
      if (domain === null) continue
      const state = table.domains.find((one) => one.domain === domain)
      if (state === undefined || state.owner !== side) this.#restart(socket)
      else if (state.hold) socket.pause()
      else socket.resume()
    }
  }

  #restart(socket: Socket): void {
    this.#open.delete(socket)
    socket.unpipe()
    socket.end(closeRestart)
    setTimeout(() => socket.destroy(), 1_000).unref()
  }

  closeAll(): void {
    for (const socket of this.#open.keys()) this.#restart(socket)
  }
}
