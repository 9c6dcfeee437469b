/**
 * Follows the ledger while another conductor leads; takes the lease when it can, and then runs what
 * only the leader may.
 *
 * @module
 */
import { sleep } from '@matapalo/runtime'
import type { Control } from './control.ts'
import { currentTable } from './ledger/routeTables.ts'
import { metrics } from './metrics.ts'

/** Something that only the leader runs. */
export interface Duty {
  start(): Promise<void> | void
  stop(): Promise<void> | void
}

/** 250 (milliseconds): how often the ledger is asked for a table that another conductor made. */
const followEveryMs = 250
/** 300 (milliseconds). */
const retryMs = 300
/** 3000 (three seconds). */
const stopLimitMs = 3000

export class Leadership {
  readonly #control: Control
  readonly #duties: readonly Duty[]
  readonly #stopping = new AbortController()
  #running: Promise<unknown> = Promise.resolve()

  constructor(control: Control, duties: readonly Duty[] = []) {
    this.#control = control
    this.#duties = duties
  }

  start(): void {
    this.#running = Promise.all([this.#follow(), this.#lead()])
  }

  async #follow(): Promise<void> {
    const { ledger, hub, log } = this.#control
    while (!this.#stopping.signal.aborted) {
      try {
        const table = await currentTable(ledger)
        if (table !== null) hub.publish(table)
        metrics.epoch.set(hub.table?.epoch ?? 0)
        metrics.edges.set(hub.connected.size)
      } catch (error) {
        log.warn({ err: error }, 'ledger.unreachable')
      }
      await this.#pause(followEveryMs)
    }
  }

  async #lead(): Promise<void> {
    const { lease, hub, log } = this.#control
    while (!this.#stopping.signal.aborted) {
      const lost = Promise.withResolvers<void>()
      await lease.acquire(() => lost.resolve())
      if (!lease.leads) return
      metrics.leading.set(1)
      // What an earlier leader registered is not in this process's memory.
      this.#control.forget()
      // An unknown edge is an edge that nobody waits for: no duty before they are known.
      await this.#insist('edges', () => hub.refresh())
      for (const duty of this.#duties) await this.#insist('duty', () => duty.start())
      const stopped = new Promise<void>((resolve) =>
        this.#stopping.signal.addEventListener('abort', () => resolve()),
      )
      await Promise.race([lost.promise, stopped])
      metrics.leading.set(0)
      for (const duty of this.#duties) {
        try {
          await duty.stop()
        } catch (error) {
          log.error({ err: error }, 'duty.stopFailed')
        }
      }
    }
  }

  /** Until it succeeds, or there is nothing left to lead. */
  async #insist(what: string, work: () => Promise<void> | void): Promise<void> {
    const { lease, log } = this.#control
    while (lease.leads && !this.#stopping.signal.aborted) {
      try {
        await work()
        return
      } catch (error) {
        log.warn({ what, err: error }, 'leadership.startFailed')
        await this.#pause(retryMs)
      }
    }
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#stopping.signal }).catch(() => undefined)
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#control.lease.stop()
    await Promise.race([this.#running, sleep(stopLimitMs)])
  }
}
