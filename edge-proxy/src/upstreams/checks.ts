/**
 * Active health: asks each replica of an upstream that has several, and believes two answers in a row.
 * Anything below 500 is well; legacy applications answer 404 or 302 where nobody thought of checks.
 *
 * @module
 */
import type { RouteTable } from '@matapalo/core'
import type { Asker } from '../forward/forward.ts'
import type { Replicas } from './replicas.ts'

export interface ChecksParts {
  readonly table: () => RouteTable | undefined
  readonly replicas: Replicas
  readonly asker: Asker
  /** Asked of every replica; empty: no checks. */
  readonly path: string
  readonly onChange: (url: string, up: boolean) => void
}

const everyMs = 5_000
const timeoutMs = 2_000
/** Answers in a row that change what is believed. */
const inARow = 2

export class HealthChecks {
  readonly #parts: ChecksParts
  /** Answers in a row that contradict what is believed, by URL. */
  readonly #against = new Map<string, number>()
  readonly #down = new Set<string>()
  #timer: NodeJS.Timeout | undefined

  constructor(parts: ChecksParts) {
    this.#parts = parts
  }

  start(): void {
    if (this.#parts.path === '') return
    this.#timer = setInterval(() => void this.round(), everyMs)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /** Asks all once. Never rejects. */
  async round(): Promise<void> {
    const several = Object.values(this.#parts.table()?.upstreams ?? {}).filter(
      (urls) => urls.length > 1,
    )
    await Promise.all([...new Set(several.flat())].map((url) => this.#check(url)))
  }

  async #check(url: string): Promise<void> {
    const { asker, path, replicas, onChange } = this.#parts
    const up = await asker.ask(url, { path, headers: ['host', new URL(url).host], timeoutMs }).then(
      ({ status }) => status < 500,
      () => false,
    )
    if (up !== this.#down.has(url)) {
      this.#against.delete(url)
      return
    }
    const count = (this.#against.get(url) ?? 0) + 1
    this.#against.set(url, count)
    if (count < inARow) return
    this.#against.delete(url)
    if (up) this.#down.delete(url)
    else this.#down.add(url)
    replicas.of(url).checked(up, performance.now())
    onChange(url, up)
  }
}
