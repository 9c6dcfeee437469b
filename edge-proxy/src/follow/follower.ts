/**
 * Keeps the table in force current, from the control plane's stream or, while that is lost, from
 * the ledger; and knows how long ago either was last heard of.
 *
 * An edge that acknowledged a hold and then hears of nobody for a second cannot know whether the
 * domain has moved: until it hears again it holds the domain's reads too. Without a hold in force
 * it goes on with its last table; the databases refuse whatever that gets wrong.
 *
 * @module
 */
import type { RouteTable } from '@matapalo/core'
import { type Log, sleep } from '@matapalo/runtime'
import type { TableInForce } from '../tableInForce.ts'
import type { Acknowledgement } from './acknowledge.ts'
import { Acknowledger } from './acknowledge.ts'
import { checkedTable } from './checkedTable.ts'
import type { TableFile } from './tableFile.ts'

/** Where tables come from and acknowledgements go to while the control plane is up. */
export interface TableStream {
  readonly connected: boolean
  acknowledge(ack: Acknowledgement): Promise<void>
}

/** The same, past a control plane that is down. */
export interface TableLedger {
  newer(epoch: number): Promise<unknown>
  acknowledge(ack: Acknowledgement): Promise<void>
}

export interface FollowerParts {
  readonly inForce: TableInForce
  readonly ledger: TableLedger
  readonly file: TableFile
  /** What to acknowledge; undefined while no table is in force. */
  readonly standing: () => Acknowledgement | undefined
  /** Contact was lost or found while a hold is in force. */
  readonly onIsolation: () => void
  /** What arrived last as a table is one, or is none. */
  readonly onArrival: (good: boolean) => void
  readonly log: Log
  /** Test fault: a table comes into force this much later, ms. */
  readonly epochDelayMs: number
}

/** No word for this long is lost contact, ms. */
const contactMs = 1_000
/** After this much silence of the stream the ledger is asked too, ms. */
const quietMs = 500
const pollMs = 100
/** A boot waits this long for somebody to answer before it takes the stored table, ms. */
const bootMs = 3_000
/** Longest wait for a table that a token announced, ms. */
const refreshMs = 1_500

export class Follower {
  readonly #parts: FollowerParts
  readonly #acknowledger: Acknowledger
  #stream: TableStream = { connected: false, acknowledge: () => Promise.reject(new Error('none')) }
  #contact = Number.NEGATIVE_INFINITY
  #isolated = false
  /** Epoch of the last table that was refused. */
  #refused: number | undefined
  #stopped = false
  #running: Promise<void> | undefined
  #watch: NodeJS.Timeout | undefined

  constructor(parts: FollowerParts) {
    this.#parts = parts
    this.#acknowledger = new Acknowledger(parts.standing, (ack) => this.#send(ack))
  }

  /** Seconds since somebody was heard of. */
  get silence(): number {
    return (performance.now() - this.#contact) / 1000
  }

  get isolated(): boolean {
    return this.#parts.inForce.held.length > 0 && performance.now() - this.#contact > contactMs
  }

  readonly onContact = (): void => {
    this.#contact = performance.now()
    if (this.#isolated) this.#checkIsolation()
  }

  readonly onTable = (arrived: unknown): void => {
    const { epochDelayMs } = this.#parts
    const table = this.#checked(arrived)
    if (table === undefined) return
    if (epochDelayMs > 0) setTimeout(() => this.#apply(table), epochDelayMs)
    else this.#apply(table)
  }

  /** Undefined: it is none; the last good one stays in force and is what is acknowledged. */
  #checked(arrived: unknown): RouteTable | undefined {
    const { onArrival, log } = this.#parts
    try {
      const table = checkedTable(arrived)
      onArrival(true)
      return table
    } catch (err) {
      onArrival(false)
      const { epoch } = err as { readonly epoch?: number }
      // The ledger is asked again and again.
      if (epoch !== this.#refused) log.error({ err, epoch }, 'table.refused')
      this.#refused = epoch
      return undefined
    }
  }

  #apply(table: RouteTable): void {
    const { inForce, file, log } = this.#parts
    if (inForce.apply(table)) {
      file.write(table)
      log.info({ epoch: table.epoch, held: inForce.held }, 'epoch.inForce')
    }
    this.#checkIsolation()
    this.tell()
  }

  /** The standing changed: acknowledge it. */
  tell(): void {
    this.#acknowledger.tell()
  }

  async #send(ack: Acknowledgement): Promise<void> {
    if (this.#stream.connected) {
      try {
        return await this.#stream.acknowledge(ack)
      } catch {
        // The ledger takes it, too.
      }
    }
    await this.#parts.ledger.acknowledge(ack)
  }

  /** Asks the ledger at once; settles when the table in force changed, or after a while. */
  async refresh(): Promise<void> {
    const { inForce, ledger } = this.#parts
    const before = inForce.epoch
    const end = performance.now() + refreshMs
    while (inForce.epoch === before && performance.now() < end) {
      const table = await ledger.newer(before).catch(() => null)
      if (table !== null) this.onTable(table)
      if (inForce.epoch === before) await sleep(25)
    }
  }

  /** @param stream already started; its lines come to `onTable` and `onContact` */
  start(stream: TableStream): void {
    this.#stream = stream
    this.#running = this.#poll()
    this.#watch = setInterval(() => this.#checkIsolation(), 50)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearInterval(this.#watch)
    await this.#acknowledger.stop()
    await this.#running
    await this.#parts.file.flush()
  }

  async #poll(): Promise<void> {
    const begun = performance.now()
    let bootChecked = false
    let heartbeat = 0
    while (!this.#stopped) {
      if (!this.#stream.connected || this.silence > quietMs / 1000) {
        try {
          const table = await this.#parts.ledger.newer(this.#parts.inForce.epoch)
          this.onContact()
          if (table !== null) this.onTable(table)
          if (++heartbeat % 10 === 0) this.tell()
        } catch {
          if (!bootChecked && performance.now() - begun > bootMs) {
            bootChecked = true
            await this.#boot()
          }
        }
      }
      await sleep(pollMs)
    }
  }

  /** Nobody answers: the stored table will do, unless a transfer was in progress. */
  async #boot(): Promise<void> {
    const { inForce, file, log } = this.#parts
    if (inForce.table !== undefined) return
    const stored = await file.read()
    if (stored === null || inForce.table !== undefined) return
    const table = this.#checked(stored)
    if (table === undefined) return
    if (table.domains.some(({ hold }) => hold)) {
      log.warn({ epoch: table.epoch }, 'tableFile.refused')
      return
    }
    log.warn({ epoch: table.epoch }, 'tableFile.used')
    inForce.apply(table)
  }

  #checkIsolation(): void {
    const isolated = this.isolated
    if (isolated === this.#isolated) return
    this.#isolated = isolated
    this.#parts.log.warn({ isolated, held: this.#parts.inForce.held }, 'edge.isolation')
    this.#parts.onIsolation()
  }
}
