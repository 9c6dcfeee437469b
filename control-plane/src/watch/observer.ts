/**
 * Follows the owners' binary logs, from the moment a domain is prepared, for transactions that span
 * domains. Short looks every few seconds, none while a transfer runs; the place is in the ledger, so
 * that the next leader goes on.
 *
 * @module
 */
import {
  type BinlogPlace,
  binlogHead,
  type LoggedTransaction,
  loadShapes,
  readBinlog,
  rowsWritten,
  xaStarts,
} from '@matapalo/cdc/shapes'
import { LeaseLost, type Manifest, type Side } from '@matapalo/core'
import { sleep } from '@matapalo/runtime'
import type { Control } from '../control.ts'
import type { Duty } from '../leadership.ts'
import { readTransfers } from '../ledger/transfers.ts'
import { beginObservation, noteSpanning, readWatched, writeWatched } from '../ledger/watch.ts'
import { mirroredDomains } from '../live/captured.ts'
import { schemaOf, tablesOf } from '../live/stores.ts'
import { spanningOf } from './spanning.ts'

const sides: readonly Side[] = ['monolith', 'service']
/** 3000 (milliseconds). */
const everyMs = 3000
/** 250 (events, some 2 ms): commits wait for as long as one look takes. */
const slice = 250
/** 100000 (events, some two seconds): further behind, the rest is left out, and told. */
const atOnce = 100_000

interface Read {
  readonly transactions: readonly LoggedTransaction[]
  readonly place: BinlogPlace
  readonly gap: boolean
}

const reached = (place: BinlogPlace, head: BinlogPlace): boolean =>
  place.file === head.file && BigInt(place.pos) >= BigInt(head.pos)

async function readUpTo(control: Control, side: Side, from: BinlogPlace): Promise<Read | null> {
  const db = control.stores[side]
  const head = await binlogHead(db)
  if (head === null) return null
  const transactions: LoggedTransaction[] = []
  let place = from
  for (let events = 0; !reached(place, head); ) {
    const read = await readBinlog(db, place, slice)
    if (read === null || events > atOnce) return { transactions, place: head, gap: true }
    transactions.push(...read.transactions)
    const stands = read.next.file === place.file && read.next.pos === place.pos
    if (stands) break
    place = read.next
    events += read.events
  }
  return { transactions, place, gap: false }
}

export class Observer implements Duty {
  readonly #control: Control
  #stopping = new AbortController()
  #running: Promise<void> = Promise.resolve()
  /** One look at a time. */
  #last: Promise<void> = Promise.resolve()
  #lookedAt = Number.NEGATIVE_INFINITY

  constructor(control: Control) {
    this.#control = control
  }

  start(): void {
    this.#stopping = new AbortController()
    const { signal } = this.#stopping
    this.#running = (async () => {
      while (!signal.aborted) {
        await this.#idle().catch((error: unknown) => {
          if (!(error instanceof LeaseLost)) this.#control.log.warn({ err: error }, 'watch.failed')
        })
        await sleep(everyMs, undefined, { signal }).catch(() => undefined)
      }
    })()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  async #idle(): Promise<void> {
    if ((await readTransfers(this.#control.ledger, { state: 'running' }, 1)).length > 0) return
    await this.look()
  }

  /** Reads what both servers have committed until now, or until a moment ago. */
  look(maxAgeMs = 0): Promise<void> {
    const next = this.#last.then(async () => {
      if (performance.now() - this.#lookedAt < maxAgeMs) return
      const at = performance.now()
      for (const side of sides) await this.#side(side)
      this.#lookedAt = at
    })
    this.#last = next.catch(() => undefined)
    return next
  }

  async #side(side: Side): Promise<void> {
    const { ledger, lease, stores } = this.#control
    const prepared = (await mirroredDomains(this.#control)).filter(({ prepared }) => prepared)
    const owned = prepared.filter(({ owner }) => owner === side)
    if (prepared.length === 0) return
    const manifests = await this.#control.manifests()
    const from = await readWatched(ledger, side)
    // Where we own nothing our applier writes all there is: only the place moves on.
    if (from === null || owned.length === 0) {
      const head = await binlogHead(stores[side])
      if (head === null || (from !== null && reached(from, head))) return
      await lease.guarded('watch', (tx) => writeWatched(tx, side, head, false))
      return
    }
    const read = await readUpTo(this.#control, side, from)
    if (
      read === null ||
      (!read.gap && read.place.pos === from.pos && read.place.file === from.file)
    )
      return
    await lease.guarded('watch', async (tx) => {
      await writeWatched(tx, side, read.place, read.gap)
      for (const { name } of owned) {
        const manifest = manifests.get(name)
        if (manifest === undefined) continue
        for (const one of spanningOf(read.transactions, manifest, side))
          await noteSpanning(tx, name, side, one)
      }
    })
  }

  /** For `prepare`: what was seen before is forgotten, what the tables look like is kept. */
  async begin(manifest: Manifest): Promise<void> {
    const { stores, lease } = this.#control
    await this.look()
    for (const side of sides) {
      const db = stores[side]
      const [shapes, starts, rows] = await Promise.all([
        loadShapes(db, schemaOf(manifest, side), tablesOf(manifest, side)),
        xaStarts(db),
        rowsWritten(db),
      ])
      const counters = { xaStarts: starts, rowsWritten: rows }
      await lease.guarded('watch', (tx) =>
        beginObservation(tx, manifest.domain, side, { shapes, counters }),
      )
    }
  }
}
