/**
 * The control plane's API as the demo, the benches and the conviction tests use it. People use the
 * `matapalo` command.
 *
 * @module
 */
import type { TransferKind } from '@matapalo/core'
import { until } from '@matapalo/runtime'

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

/** Milliseconds; the manifest's own where absent. */
export interface Budgets {
  readonly drainMs?: number
  readonly catchUpMs?: number
}

export interface Gate {
  readonly gate: string
  readonly verdict: string
  readonly line?: string
}

export interface BackfillView {
  readonly state: string
  readonly percent?: number | null
  readonly rows?: number
  readonly rowsPerSecond?: number | null
  readonly etaSeconds?: number | null
}

export interface DomainView {
  readonly domain: string
  readonly phase: string
  readonly owner: 'monolith' | 'service'
  readonly backfill: BackfillView
  readonly refusals?: readonly { readonly table: string; readonly statement: string | null }[]
  readonly whyNot?: readonly string[]
}

/** One finding about who still uses what a domain leaves behind. */
export interface Evidence {
  readonly domain: string
  readonly what: string
  readonly subject: string
}

/** What the monolith's end rests on. */
export interface Retirement {
  readonly proven: readonly Evidence[]
  readonly seen: readonly Evidence[]
  readonly unknown: readonly Evidence[]
  /** Routes that no service has: 404 from now on. */
  readonly unserved: readonly string[]
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

  async backfill(name: string): Promise<BackfillView> {
    const path = `/v1/domains/${name}/backfill`
    return (await this.call<{ readonly backfill: BackfillView }>('GET', path)).backfill
  }

  /**
   * Starts a transfer and waits for its end, also through a restart of the control plane.
   *
   * @throws ControlRefused when it is refused, or has not ended within a minute
   */
  async transfer(
    kind: TransferKind,
    domains: readonly string[],
    reason: string,
    budgets: Budgets = {},
  ): Promise<TransferView> {
    const before = (await this.#last())?.id ?? 0
    const begun = await this.#begin(kind, domains, reason, budgets)
    if (begun instanceof ControlRefused) throw begun
    const ended = await until(
      async () => {
        try {
          const last = await this.#last()
          return last !== undefined && last.id > before && last.state !== 'running' && last
        } catch (error) {
          if (error instanceof ControlRefused && error.status < 500) throw error
          return undefined
        }
      },
      { timeoutMs: 60_000, everyMs: 100 },
    )
    if (ended === undefined) throw new ControlRefused(504, 'arena', `${kind}: no end in a minute`)
    return ended
  }

  async #last(): Promise<TransferView | undefined> {
    const [last] = await this.call<readonly TransferView[]>('GET', '/v1/transfers?limit=1')
    return last
  }

  /** A control plane that dies on the way leaves the answer to the ledger. */
  async #begin(
    kind: TransferKind,
    domains: readonly string[],
    reason: string,
    budgets: Budgets,
  ): Promise<ControlRefused | undefined> {
    try {
      await this.call('POST', '/v1/transfers', {
        kind,
        domains,
        without: ['parity'],
        actor: 'arena',
        reason,
        budgets,
      })
      return undefined
    } catch (error) {
      return error instanceof ControlRefused && error.status < 500 ? error : undefined
    }
  }
}
