/**
 * This edge's own floors: tokens that bind every reader of a domain here, raised when the shared
 * store may have forgotten something.
 *
 * @module
 */
import type { DomainState } from '@matapalo/core'
import { type Log, sleep } from '@matapalo/runtime'
import { newest, type Token } from './token.ts'
import type { Tokens } from './tokens.ts'

/** Between two tries to take the token of a floor, ms. */
const retryMs = 100
/** Tries before a floor is given up: the domain's marker may not exist (yet). */
const tries = 600

export class Floors {
  readonly #tokens: Tokens
  readonly #state: (domain: string) => DomainState | undefined
  readonly #log: Log
  /** `unknown`: everything remembered of the domain may be incomplete until a token is taken. */
  readonly #floors = new Map<string, Token | 'unknown'>()
  readonly #raising = new Map<string, symbol>()

  constructor(tokens: Tokens, state: (domain: string) => DomainState | undefined, log: Log) {
    this.#tokens = tokens
    this.#state = state
    this.#log = log
  }

  of(domain: string): Token | 'unknown' | null {
    return this.#floors.get(domain) ?? null
  }

  /** At once `unknown`; a token taken from now on replaces it. */
  raise(domain: string): void {
    this.#floors.set(domain, 'unknown')
    const raise = Symbol(domain)
    const running = this.#raising.has(domain)
    this.#raising.set(domain, raise)
    if (!running) void this.#take(domain)
  }

  lift(domain: string, token: Token): void {
    const floor = this.of(domain)
    if (floor !== 'unknown') this.#floors.set(domain, newest(floor, token) as Token)
  }

  async #take(domain: string): Promise<void> {
    for (let attempt = 0; attempt < tries; attempt++) {
      const asked = this.#raising.get(domain)
      const owner = this.#state(domain)?.owner
      try {
        if (owner === undefined) break
        const token = await this.#tokens.take(owner, domain)
        // Raised again meanwhile: the token does not cover that.
        if (this.#raising.get(domain) !== asked) continue
        this.#floors.set(domain, token)
        break
      } catch (error) {
        if (attempt === 0) this.#log.warn({ domain, err: error }, 'floor.delayed')
        await sleep(retryMs)
      }
    }
    this.#raising.delete(domain)
  }
}
