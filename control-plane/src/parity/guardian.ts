/**
 * Watches what is compared: a canary whose candidate was found to be wrong ends by itself, and the
 * verdicts stand in the metrics.
 *
 * @module
 */
import { LeaseLost } from '@matapalo/core'
import { sleep } from '@matapalo/runtime'
import type { Control } from '../control.ts'
import type { Duty } from '../leadership.ts'
import { readDomains } from '../ledger/domains.ts'
import { metrics } from '../metrics.ts'
import { stopFailing } from './commands.ts'
import { expiredLines, isCompared, parityStanding, rulesOf, today } from './verdict.ts'

/** 1000 (one second): as often as edges tell what they found. */
const everyMs = 1_000

export class ParityGuardian implements Duty {
  readonly #control: Control
  #stopping = new AbortController()
  #running: Promise<void> = Promise.resolve()

  constructor(control: Control) {
    this.#control = control
  }

  start(): void {
    this.#stopping = new AbortController()
    this.#running = this.#loop(this.#stopping.signal)
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  async #loop(signal: AbortSignal): Promise<void> {
    const { log } = this.#control
    while (!signal.aborted) {
      try {
        await this.look()
      } catch (error) {
        if (error instanceof LeaseLost) return
        log.warn({ err: error }, 'parity.lookFailed')
      }
      await sleep(everyMs, undefined, { signal }).catch(() => undefined)
    }
  }

  async look(): Promise<void> {
    metrics.parity.reset()
    metrics.parityRulesExpired.reset()
    metrics.phase.reset()
    for (const { name, phase } of await readDomains(this.#control.ledger)) {
      metrics.phase.set({ domain: name, phase }, 1)
      const { domain, manifest } = await this.#control.domain(name)
      const expired = expiredLines(rulesOf(manifest), today()).length
      metrics.parityRulesExpired.set({ domain: name }, expired)
      if (!isCompared(domain)) continue
      // A counter that begins at 1 has not risen, to whoever looks at it.
      metrics.canariesStopped.inc({ domain: name }, 0)
      if (await stopFailing(this.#control, name)) metrics.canariesStopped.inc({ domain: name })
      const { verdict } = await parityStanding(this.#control, domain, manifest)
      for (const { route, verdict: of } of verdict.routes) {
        metrics.parity.set({ domain: name, route, verdict: of }, 1)
      }
    }
  }
}
