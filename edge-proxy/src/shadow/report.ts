/**
 * Tells the control plane what was found out, once a second while there is something new.
 *
 * @module
 */
import type { Log } from '@matapalo/runtime'
import type { RouteReport, Tallies } from './tallies.ts'

/** @throws when it was not taken */
export type SendReport = (reports: readonly RouteReport[]) => Promise<void>

/** 1000 (one second) */
const everyMs = 1_000
/** Routes in one message: with all their samples they are some hundred KiB. */
const routesAtOnce = 10

export class Reporter {
  readonly #tallies: Tallies
  readonly #send: SendReport
  readonly #log: Log
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #failing = false

  constructor(tallies: Tallies, send: SendReport, log: Log) {
    this.#tallies = tallies
    this.#send = send
    this.#log = log
  }

  start(): void {
    this.#timer = setInterval(() => this.tell(), everyMs)
    this.#timer.unref()
  }

  /** Tells what is new; one message at a time. */
  tell(): Promise<void> {
    this.#running ??= this.#tell().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async #tell(): Promise<void> {
    const changed = this.#tallies.take()
    for (let from = 0; from < changed.length; from += routesAtOnce) {
      const some = changed.slice(from, from + routesAtOnce)
      try {
        await this.#send(some)
        this.#failing = false
      } catch (error) {
        // Totals wait as well as they are told: nothing is lost by a control plane that is down.
        this.#tallies.again(changed.slice(from))
        if (!this.#failing) this.#log.warn({ err: error }, 'parity.notTold')
        this.#failing = true
        return
      }
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.tell()
  }
}

/** @param boot tells the totals of this process from those of its last life */
export const reportTo =
  (controlUrl: URL, edgeId: string, token: string, boot: string): SendReport =>
  async (reports) => {
    const url = new URL(`/v1/edges/${encodeURIComponent(edgeId)}/parity`, controlUrl)
    const answer = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ boot, reports }),
      signal: AbortSignal.timeout(2_000),
    })
    await answer.body?.cancel()
    if (!answer.ok) throw new Error(`the control plane answered ${answer.status}`)
  }
