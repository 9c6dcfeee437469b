/**
 * Keep-alive connections to the edges, used in turn, as an address with several replicas behind it
 * would be. When one refuses connections the next is used; a request that may have been sent is
 * never sent twice.
 *
 * @module
 */
import { Pool } from 'undici'

export interface Ask {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: unknown
  readonly form?: Readonly<Record<string, string>>
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: string
  /** Milliseconds from asking to the last byte. */
  readonly ms: number
  /** Which edge answered. */
  readonly edge: number
}

/** No answer came: a write may exist once or not at all. */
export class Unanswered extends Error {
  readonly code: string
  constructor(code: string, options?: { readonly cause?: unknown }) {
    super(`no answer: ${code}`, options)
    this.code = code
  }
}

const notSent = new Set(['ECONNREFUSED', 'UND_ERR_CONNECT_TIMEOUT'])

const codeOf = (error: unknown): string => {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : error instanceof Error ? error.name : 'unknown'
}

export class Edges {
  readonly #pools: readonly Pool[]

  constructor(urls: readonly string[], connections = 64) {
    this.#pools = urls.map(
      (url) =>
        new Pool(url, {
          connections,
          pipelining: 1,
          connectTimeout: 2_000,
          headersTimeout: 20_000,
          bodyTimeout: 20_000,
          keepAliveTimeout: 30_000,
        }),
    )
  }

  /** Asks edge number `turn`, or the next one that accepts a connection. Throws {@link Unanswered}. */
  async ask(turn: number, ask: Ask): Promise<Answer> {
    const count = this.#pools.length
    for (let attempt = 0; ; attempt += 1) {
      const edge = (turn + attempt) % count
      try {
        return await this.#askOne(edge, ask)
      } catch (error) {
        const code = codeOf(error)
        if (notSent.has(code) && attempt + 1 < count * 3) {
          if ((attempt + 1) % count === 0) await new Promise((done) => setTimeout(done, 200))
          continue
        }
        throw new Unanswered(code, { cause: error })
      }
    }
  }

  async #askOne(edge: number, ask: Ask): Promise<Answer> {
    const pool = this.#pools[edge]
    if (pool === undefined) throw new TypeError(`no edge ${edge}`)
    const begun = performance.now()
    const body =
      ask.json !== undefined
        ? JSON.stringify(ask.json)
        : ask.form !== undefined
          ? new URLSearchParams(ask.form).toString()
          : null
    const response = await pool.request({
      method: ask.method as 'GET',
      path: ask.path,
      body,
      headers: {
        ...(ask.json !== undefined ? { 'content-type': 'application/json' } : {}),
        ...(ask.form !== undefined ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
        ...ask.headers,
      },
    })
    const text = await response.body.text()
    return {
      status: response.statusCode,
      headers: response.headers,
      body: text,
      ms: performance.now() - begun,
      edge,
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#pools.map((pool) => pool.destroy()))
  }
}
