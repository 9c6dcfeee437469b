/**
 * Telling the control plane which epoch is in force here, and when what was decided before it has
 * ended. Always the newest state, one message at a time, again until one was taken.
 *
 * @module
 */
import { sleep } from '@matapalo/runtime'

export interface Acknowledgement {
  readonly epoch: number
  /** True: no request decided under an older epoch may still write a held domain. */
  readonly drained: boolean
  /** Such requests, by domain. */
  readonly inFlight: Readonly<Record<string, number>>
}

const retryMs = 50

export class Acknowledger {
  readonly #read: () => Acknowledgement | undefined
  readonly #send: (ack: Acknowledgement) => Promise<void>
  #wanted = false
  #running: Promise<void> | undefined
  #stopped = false

  /** @param read the state to tell, or undefined while there is none */
  constructor(
    read: () => Acknowledgement | undefined,
    send: (ack: Acknowledgement) => Promise<void>,
  ) {
    this.#read = read
    this.#send = send
  }

  /** Something changed: tell it. */
  tell(): void {
    this.#wanted = true
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined
    })
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#running
  }

  async #run(): Promise<void> {
    while (this.#wanted && !this.#stopped) {
      this.#wanted = false
      const ack = this.#read()
      if (ack === undefined) return
      try {
        await this.#send(ack)
      } catch {
        this.#wanted = true
        await sleep(retryMs)
      }
    }
  }
}
