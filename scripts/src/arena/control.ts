/**
 * The control plane's API as the demo, the benches and the conviction tests use it. People use the
 * `matapalo` command.
 *
 * @module
 */
import type { TransferKind } from '@matapalo/core'

export interface TransferView {
  readonly id: number
  readonly kind: TransferKind
  readonly domains: readonly string[]
  readonly state: string
  readonly outcome: string | null
  readonly pauseMs: number | null
  /** Milliseconds each step took, in order. */
  readonly steps: Readonly<Record<string, number>>
  readonly error: { readonly code: string; readonly message: string } | null
}

export interface DomainView {
  readonly domain: string
  readonly phase: string
  readonly owner: 'monolith' | 'service'
  readonly backfill: {
    readonly state: string
    readonly percent?: number | null
    readonly rows?: number
    readonly rowsPerSecond?: number | null
    readonly etaSeconds?: number | null
  }
  readonly refusals?: readonly { readonly table: string; readonly statement: string | null }[]
  readonly whyNot?: readonly string[]
}

/** The API answered with an error. */
export class ControlRefused extends Error {
  readonly status: number
  readonly code: string
  constructor(status: number, code: string, message: string) {
    super(`${code}: ${message}`)
    this.status = status
    this.code = code
  }
}

export class ControlClient {
  readonly #url: string
  readonly #token: string

  constructor(url: string, token: string) {
    this.#url = url
    this.#token = token
  }

  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(120_000),
    })
    const text = await response.text()
    const answer = (text === '' ? {} : JSON.parse(text)) as {
      error?: { code: string; message: string }
    }
    if (!response.ok) {
      const { code = 'unknown', message = text } = answer.error ?? {}
      throw new ControlRefused(response.status, code, message)
    }
    return answer as T
  }

  domain(name: string): Promise<DomainView> {
    return this.call('GET', `/v1/domains/${name}`)
  }

  /** Starts a transfer and waits for its end. */
  async transfer(
    kind: TransferKind,
    domains: readonly string[],
    reason: string,
  ): Promise<TransferView> {
    const { id } = await this.call<{ id: number }>('POST', '/v1/transfers', {
      kind,
      domains,
      without: ['parity'],
      actor: 'arena',
      reason,
    })
    for (;;) {
      const view = await this.call<TransferView>('GET', `/v1/transfers/${id}?wait=1`)
      if (view.state !== 'running') return view
    }
  }
}
