/** An edge without traffic: takes each table at once, has nothing in flight, follows through restarts. */
import type { RouteTable } from '@matapalo/core'
import { sleep } from '@matapalo/runtime'

export class FakeEdge {
  readonly #id: string
  readonly #url: string
  readonly #token: string
  readonly #stopping = new AbortController()
  readonly #running: Promise<void>
  /** While true, tables are received and not acknowledged. */
  deaf = false
  table: RouteTable | null = null
  readonly epochs: number[] = []

  constructor(id: string, url: string, token: string) {
    this.#id = id
    this.#url = url
    this.#token = token
    this.#running = this.#follow()
  }

  get #headers(): Record<string, string> {
    return { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' }
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      try {
        const at = `${this.#url}/v1/edges/${this.#id}/stream?url=http://127.0.0.1:1`
        const response = await fetch(at, { headers: this.#headers, signal })
        let rest = ''
        const decoder = new TextDecoder()
        for await (const chunk of response.body ?? []) {
          rest += decoder.decode(chunk, { stream: true })
          const lines = rest.split('\n')
          rest = lines.pop() ?? ''
          for (const line of lines) await this.#take(line)
        }
      } catch {
        // The control plane is being killed on purpose.
      }
      await sleep(50, undefined, { signal }).catch(() => undefined)
    }
  }

  async #take(line: string): Promise<void> {
    const message = JSON.parse(line) as { type: string; table?: RouteTable }
    if (message.table === undefined || this.deaf) return
    this.table = message.table
    this.epochs.push(message.table.epoch)
    await fetch(`${this.#url}/v1/edges/${this.#id}/ack`, {
      method: 'POST',
      headers: this.#headers,
      body: JSON.stringify({ epoch: message.table.epoch, drained: true, inFlight: {} }),
    })
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }
}
