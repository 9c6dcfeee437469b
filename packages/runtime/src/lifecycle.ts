/**
 * Start and stop as a written contract: parts start in order, stop in reverse order, once, within a
 * limit; SIGTERM and SIGINT stop the process gracefully.
 *
 * @module
 */
import type { Log } from './log.ts'

export interface Part {
  readonly name: string
  /** Resolves when the part has ended; must be safe to call once after a successful start. */
  stop(): Promise<void>
}

export class Lifecycle {
  readonly #log: Log
  readonly #parts: Part[] = []
  #stopping: Promise<void> | undefined

  constructor(log: Log) {
    this.#log = log
  }

  /** Registers a started part; it will be stopped before all that were added earlier. */
  add(name: string, stop: () => Promise<void> | void): void {
    this.#parts.push({ name, stop: async () => stop() })
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stopAll()
    return this.#stopping
  }

  async #stopAll(): Promise<void> {
    for (const part of this.#parts.reverse()) {
      try {
        await part.stop()
      } catch (error) {
        this.#log.error({ part: part.name, err: error }, 'part.stopFailed')
      }
    }
  }

  /** Stops on SIGTERM or SIGINT and exits 0; exits 1 when stopping takes longer than `limitMs`. */
  handleSignals(limitMs = 10_000): void {
    const onSignal = (signal: NodeJS.Signals): void => {
      this.#log.info({ signal }, 'process.stopping')
      setTimeout(() => process.exit(1), limitMs).unref()
      void this.stop().then(() => process.exit(0))
    }
    process.once('SIGTERM', onSignal)
    process.once('SIGINT', onSignal)
  }
}
