/**
 * Which replica of an upstream is next: the one with the least to do, of those that are well.
 *
 * When none is well all are tried: an edge that refuses everything helps nobody. A request for which
 * there is no connection waits in its replica's line. An upstream that has as many requests as it may
 * have, waiting ones too, gets no more of them (circuit breaking): they are told to come again instead
 * of waiting in a line that only grows.
 *
 * @module
 */
import type { RouteTable } from '@matapalo/core'
import { UpstreamBusy, UpstreamUnreachable } from '../errors.ts'
import type { Room } from './line.ts'
import { type Load, outlier, Replica } from './replica.ts'

/** `bad`: 5xx, or no answer. `unknown`: the client left, or the content was at fault. */
export type Verdict = 'good' | 'bad' | 'unknown'

export interface Taken {
  readonly replica: Replica
  /** It was not taken: there is no connection for this client now. Its line is where to wait. */
  readonly full: boolean
}

export interface ReplicasOptions {
  /** Most requests that one replica may have at a time, waiting ones too. */
  readonly mostRequests?: number
  /** Most WebSockets: most of them say nothing most of the time, and must not keep requests out. */
  readonly mostSockets?: number
  /** Of each replica. */
  readonly room?: Room
  readonly onEjected?: (upstream: string, url: string) => void
  readonly now?: () => number
}

const without = (url: string | undefined, replicas: readonly Replica[]): readonly Replica[] => {
  const others = url === undefined ? [] : replicas.filter((replica) => replica.url !== url)
  return others.length > 0 ? others : replicas
}

export class Replicas {
  readonly #known = new Map<string, Replica>()
  readonly #most: Readonly<Record<Load, number>>
  readonly #room: Room
  readonly #onEjected: (upstream: string, url: string) => void
  readonly #now: () => number
  #turn = 0

  constructor(options: ReplicasOptions = {}) {
    this.#most = {
      requests: options.mostRequests ?? Number.POSITIVE_INFINITY,
      sockets: options.mostSockets ?? Number.POSITIVE_INFINITY,
    }
    this.#room = options.room ?? {}
    this.#onEjected = options.onEjected ?? (() => undefined)
    this.#now = options.now ?? performance.now.bind(performance)
  }

  /**
   * For a request that nobody counts.
   * @param avoid one that has just failed, if there is another
   * @throws UpstreamUnreachable when the table names no replica
   */
  pick(table: RouteTable, upstream: string, avoid?: string): string {
    return this.#choose(table, upstream, avoid, 'requests').url
  }

  /**
   * Every one that is taken is given back.
   * @param address of the client
   * @throws UpstreamUnreachable, UpstreamBusy
   */
  take(
    table: RouteTable,
    upstream: string,
    address = '',
    avoid?: string,
    what: Load = 'requests',
  ): Taken {
    const replica = this.#choose(table, upstream, avoid, what)
    // The least busy one has enough, so all have.
    const most = this.#most[what]
    if (replica.load(what) >= most) {
      throw new UpstreamBusy(upstream, `each replica has ${most} ${what}, the limit`)
    }
    if (what === 'requests') return { replica, full: !replica.line.enter(address) }
    replica.sockets += 1
    return { replica, full: false }
  }

  give(
    table: RouteTable,
    upstream: string,
    replica: Replica,
    verdict: Verdict,
    address = '',
    what: Load = 'requests',
  ): void {
    if (what === 'requests') replica.line.leave(address)
    else replica.sockets -= 1
    if (verdict === 'good') replica.succeeded()
    else if (verdict === 'bad' && replica.failed()) this.#eject(table, upstream, replica)
  }

  /** By URL; for active checks. */
  of(url: string): Replica {
    let replica = this.#known.get(url)
    if (replica === undefined) {
      replica = new Replica(url, this.#room)
      this.#known.set(url, replica)
    }
    return replica
  }

  #choose(table: RouteTable, upstream: string, avoid: string | undefined, what: Load): Replica {
    const urls = table.upstreams[upstream]
    const [only] = urls ?? []
    if (urls === undefined || only === undefined) throw new UpstreamUnreachable(upstream)
    if (urls.length === 1) return this.of(only)
    const now = this.#now()
    const all = urls.map((url) => this.of(url))
    const well = all.filter((replica) => !replica.out(now))
    const usable = well.length > 0 ? well : all
    const ready = usable.filter((replica) => replica.mayServe(now, usable.length))
    const some = without(avoid, ready.length > 0 ? ready : usable)
    // Equals take turns.
    const start = this.#turn++ % some.length
    let best = some[start] as Replica
    for (let i = 1; i < some.length; i++) {
      const next = some[(start + i) % some.length] as Replica
      if (next.load(what) < best.load(what)) best = next
    }
    return best
  }

  #eject(table: RouteTable, upstream: string, replica: Replica): void {
    const now = this.#now()
    const all = (table.upstreams[upstream] ?? []).map((url) => this.of(url))
    const out = all.filter((one) => one.out(now)).length
    const most = Math.max(1, Math.floor(all.length * outlier.maxShare))
    if (replica.out(now) || out >= most || out >= all.length - 1) return
    replica.eject(now)
    this.#onEjected(upstream, replica.url)
  }
}
