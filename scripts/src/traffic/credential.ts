/**
 * What a session shows at each request, and what it learns from each answer.
 *
 * @module
 */
import type { Answer } from './edges.ts'

export interface Credential {
  readonly kind: 'cookie' | 'bearer'
  /** True while nobody has ended the session: a request that is then turned away is a forced logout. */
  readonly live: boolean
  /** Headers of the next request; may ask for a new token first. */
  headers(): Promise<Readonly<Record<string, string>>>
  /** @returns true when the answer ended a session that its owner did not end */
  keep(answer: Answer): boolean
}

/** The first of the answer's cookies. */
function pairOf(answer: Answer): string | undefined {
  const header = answer.headers['set-cookie']
  const all: readonly string[] =
    typeof header === 'string' ? [header] : ((header as readonly string[] | undefined) ?? [])
  return all.map((line) => line.split(';')[0]).find((pair) => pair?.startsWith('sid='))
}

/** The shop's own session cookie, as a browser keeps it. */
export class CookieCredential implements Credential {
  readonly kind = 'cookie'
  #cookie: string | undefined
  #ending = false

  get live(): boolean {
    return this.#cookie !== undefined && !this.#ending
  }

  /** The cookie's value, without its name. */
  get value(): string | undefined {
    return this.#cookie?.slice('sid='.length)
  }

  /** The owner logs out; what the answer takes away is meant to go. */
  end(): void {
    this.#ending = true
  }

  forget(): void {
    this.#cookie = undefined
    this.#ending = false
  }

  async headers(): Promise<Readonly<Record<string, string>>> {
    return this.#cookie === undefined ? {} : { cookie: this.#cookie }
  }

  keep(answer: Answer): boolean {
    const pair = pairOf(answer)
    if (pair === undefined) return false
    if (pair === 'sid=') {
      const forced = this.live
      this.#cookie = undefined
      return forced
    }
    this.#cookie = pair
    return false
  }
}
