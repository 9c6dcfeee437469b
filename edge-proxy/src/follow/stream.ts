/**
 * The control plane's stream of route tables: NDJSON over one long answer, a ping in between.
 *
 * @module
 */
import { type Log, sleep } from '@matapalo/runtime'
import type { Acknowledgement } from './acknowledge.ts'

/** Silence after which the stream counts as lost, ms (four pings). */
const silenceMs = 1_000
const reconnectMs = 100
const ackTimeoutMs = 1_000

export interface StreamOptions {
  readonly controlUrl: URL
  readonly edgeId: string
  readonly token: string
  /** Where operators and the control plane reach this edge's admin port. */
  readonly edgeUrl: string
  readonly onTable: (table: unknown) => void
  /** Called for every line, pings included. */
  readonly onContact: () => void
  readonly log: Log
}

export class ControlStream {
  readonly #options: StreamOptions
  readonly #stopping = new AbortController()
  #connected = false
  #running: Promise<void> | undefined

  constructor(options: StreamOptions) {
    this.#options = options
  }

  get connected(): boolean {
    return this.#connected
  }

  start(): void {
    this.#running = this.#run()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    const { log } = this.#options
    let told = false
    while (!this.#stopping.signal.aborted) {
      try {
        await this.#follow(() => {
          told = false
        })
      } catch (error) {
        if (!told && !this.#stopping.signal.aborted) log.warn({ err: error }, 'stream.lost')
        told = true
      }
      this.#connected = false
      await sleep(reconnectMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined)
    }
  }

  async #follow(onConnected: () => void): Promise<void> {
    const { controlUrl, edgeId, token, edgeUrl, log } = this.#options
    const attempt = new AbortController()
    const giveUp = (): void => attempt.abort()
    let silence = setTimeout(giveUp, silenceMs)
    this.#stopping.signal.addEventListener('abort', giveUp, { once: true })
    try {
      const url = new URL(`/v1/edges/${encodeURIComponent(edgeId)}/stream`, controlUrl)
      url.searchParams.set('url', edgeUrl)
      const answer = await fetch(url, {
        headers: { authorization: `Bearer ${token}` },
        signal: attempt.signal,
      })
      if (answer.status !== 200 || answer.body === null) {
        throw new Error(`control plane answered ${answer.status}`)
      }
      this.#connected = true
      onConnected()
      log.info({}, 'stream.connected')
      const decoder = new TextDecoder()
      let rest = ''
      for await (const chunk of answer.body) {
        clearTimeout(silence)
        silence = setTimeout(giveUp, silenceMs)
        rest += decoder.decode(chunk as Uint8Array, { stream: true })
        const lines = rest.split('\n')
        rest = lines.pop() ?? ''
        for (const line of lines) if (line !== '') this.#onLine(line)
      }
    } finally {
      clearTimeout(silence)
      this.#stopping.signal.removeEventListener('abort', giveUp)
    }
  }

  #onLine(line: string): void {
    this.#options.onContact()
    const message = JSON.parse(line) as { readonly type: string; readonly table?: unknown }
    if (message.type === 'table' && message.table !== undefined) {
      this.#options.onTable(message.table)
    }
  }

  /** @throws when the control plane did not take it */
  async acknowledge(ack: Acknowledgement): Promise<void> {
    const { controlUrl, edgeId, token } = this.#options
    const answer = await fetch(new URL(`/v1/edges/${encodeURIComponent(edgeId)}/ack`, controlUrl), {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(ack),
      signal: AbortSignal.timeout(ackTimeoutMs),
    })
    await answer.arrayBuffer()
    if (!answer.ok) throw new Error(`control plane answered ${answer.status}`)
  }
}
