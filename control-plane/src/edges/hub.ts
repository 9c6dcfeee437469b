/**
 * The edges that follow this control plane: one stream each, route tables out, acknowledgements in.
 *
 * What an edge acknowledged counts from wherever it is known, this process's memory or the ledger
 * (edges that cannot reach the control plane write there themselves).
 *
 * @module
 */
import type { RouteTable } from '@matapalo/core'
import type { Db, Log } from '@matapalo/runtime'
import {
  type EdgeAck,
  type EdgeRow,
  markGone,
  readEdges,
  recordAck,
  registerEdge,
} from '../ledger/edges.ts'

interface Known {
  readonly url: string
  readonly acked: number
  readonly drained: number
  readonly inFlight: Readonly<Record<string, number>>
  readonly gone: boolean
}

export interface Stream {
  /** Writes one line of NDJSON, without its end. */
  send(line: string): void
  end(): void
}

export interface Awaited {
  readonly epoch: number
  readonly drained: boolean
  readonly timeoutMs: number
}

/** 250 (milliseconds): an edge that hears nothing for a second knows that it lost contact. */
const pingEveryMs = 250
/** 20, 50 (milliseconds): how often the ledger is asked about edges without a stream here, and with. */
const ledgerEveryMs = { deaf: 20, connected: 50 }

const ping = JSON.stringify({ type: 'ping' })
const tableLine = (table: RouteTable): string => JSON.stringify({ type: 'table', table })

export class EdgeHub {
  readonly #db: Db
  readonly #log: Log
  readonly #edges = new Map<string, Known>()
  readonly #streams = new Map<string, Stream>()
  readonly #waiters = new Set<() => void>()
  readonly #pings: NodeJS.Timeout
  #table: RouteTable | null = null

  constructor(db: Db, log: Log) {
    this.#db = db
    this.#log = log
    this.#pings = setInterval(() => {
      for (const stream of this.#streams.values()) stream.send(ping)
    }, pingEveryMs)
  }

  get table(): RouteTable | null {
    return this.#table
  }

  /** Connected edges, for metrics and status. */
  get connected(): ReadonlySet<string> {
    return new Set(this.#streams.keys())
  }

  /** Takes over what the ledger knows of edges. */
  async refresh(): Promise<void> {
    for (const row of await readEdges(this.#db)) this.#merge(row)
    this.#wake()
  }

  #merge(row: EdgeRow): void {
    const known = this.#edges.get(row.id)
    this.#edges.set(row.id, {
      url: row.url,
      acked: Math.max(row.ackedEpoch, known?.acked ?? 0),
      drained: Math.max(row.drainedEpoch, known?.drained ?? 0),
      inFlight: known?.inFlight ?? row.inFlight,
      gone: row.gone && !this.#streams.has(row.id),
    })
  }

  async connect(id: string, url: string, stream: Stream): Promise<() => void> {
    await registerEdge(this.#db, id, url)
    const known = this.#edges.get(id)
    this.#edges.set(id, {
      url,
      acked: known?.acked ?? 0,
      drained: known?.drained ?? 0,
      inFlight: known?.inFlight ?? {},
      gone: false,
    })
    this.#streams.get(id)?.end()
    this.#streams.set(id, stream)
    this.#log.info({ edge: id }, 'edge.connected')
    if (this.#table !== null) stream.send(tableLine(this.#table))
    return () => {
      if (this.#streams.get(id) !== stream) return
      this.#streams.delete(id)
      this.#log.warn({ edge: id }, 'edge.disconnected')
    }
  }

  /** Sends a table to every edge, unless a newer one went out before. */
  publish(table: RouteTable): void {
    if (this.#table !== null && table.epoch <= this.#table.epoch) return
    this.#table = table
    const line = tableLine(table)
    for (const stream of this.#streams.values()) stream.send(line)
  }

  /** @returns false when no such edge is known */
  ack(id: string, ack: EdgeAck): boolean {
    const known = this.#edges.get(id)
    if (known === undefined) return false
    this.#edges.set(id, {
      ...known,
      acked: Math.max(known.acked, ack.epoch),
      drained: ack.drained ? Math.max(known.drained, ack.epoch) : known.drained,
      inFlight: ack.inFlight,
    })
    this.#wake()
    // Off the path of whoever waits: the ledger's copy serves a conductor that takes over.
    recordAck(this.#db, id, ack).catch((error: unknown) =>
      this.#log.warn({ edge: id, err: error }, 'edge.ackNotStored'),
    )
    return true
  }

  async gone(id: string): Promise<boolean> {
    const found = await markGone(this.#db, id)
    this.#streams.get(id)?.end()
    this.#streams.delete(id)
    const known = this.#edges.get(id)
    if (known !== undefined) this.#edges.set(id, { ...known, gone: true })
    this.#wake()
    return found
  }

  /** Ends an edge's stream: without contact it holds on its own, or finds the table in the ledger. */
  cut(id: string): void {
    this.#streams.get(id)?.end()
    this.#streams.delete(id)
  }

  /** Edges that have not reached it yet. */
  lacking({ epoch, drained }: Pick<Awaited, 'epoch' | 'drained'>): readonly string[] {
    return [...this.#edges]
      .filter(([, edge]) => !edge.gone && (edge.acked < epoch || (drained && edge.drained < epoch)))
      .map(([id]) => id)
  }

  inFlight(id: string): Readonly<Record<string, number>> {
    return this.#edges.get(id)?.inFlight ?? {}
  }

  /** @returns the edges that are still lacking at the limit; empty when all are there */
  async awaitAll(awaited: Awaited): Promise<readonly string[]> {
    const end = performance.now() + awaited.timeoutMs
    for (;;) {
      const lacking = this.lacking(awaited)
      const left = end - performance.now()
      if (lacking.length === 0 || left <= 0) return lacking
      const deaf = lacking.some((id) => !this.#streams.has(id))
      const lookMs = deaf ? ledgerEveryMs.deaf : ledgerEveryMs.connected
      // An acknowledgement may have gone to the ledger although the stream is up.
      if (!(await this.#woken(Math.min(left, lookMs)))) await this.refresh().catch(() => undefined)
    }
  }

  #wake(): void {
    for (const waiter of [...this.#waiters]) waiter()
  }

  /** @returns false when the time ran out first */
  async #woken(ms: number): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const wake = (): void => resolve(true)
    const timer = setTimeout(() => resolve(false), ms)
    this.#waiters.add(wake)
    try {
      return await promise
    } finally {
      this.#waiters.delete(wake)
      clearTimeout(timer)
    }
  }

  stop(): void {
    clearInterval(this.#pings)
    for (const stream of this.#streams.values()) stream.end()
    this.#streams.clear()
  }
}
