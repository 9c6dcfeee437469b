/**
 * Taking tokens: a marker written into the owner's database.
 *
 * Callers are coalesced: one marker serves everybody whose write had finished when it was asked
 * for. A caller therefore never joins the marker that is being written, only the next one.
 *
 * @module
 */
import type { Side } from '@matapalo/core'
import type { Token } from './token.ts'

/**
 * The side asked for a token has lost the domain: its own marker says so. What it had committed is with
 * the owner, since a transfer's barrier covered it; a token taken here would stand under the next term.
 */
export class SideLost extends Error {
  constructor(side: Side, domain: string) {
    super(`${domain}: the ${side} does not own it any more`)
  }
}

/** Writes one marker and reads what it stands under. @throws SideLost */
export type WriteMarker = (side: Side, domain: string) => Promise<Token>

interface Caller {
  readonly resolve: (token: Token) => void
  readonly reject: (error: unknown) => void
}

export class Tokens {
  readonly #write: WriteMarker
  readonly #next = new Map<string, Caller[]>()
  readonly #running = new Set<string>()

  constructor(write: WriteMarker) {
    this.#write = write
  }

  /** A token that covers everything committed before this call. @throws SideLost */
  take(side: Side, domain: string): Promise<Token> {
    const key = `${side}/${domain}`
    return new Promise((resolve, reject) => {
      const callers = this.#next.get(key)
      if (callers === undefined) this.#next.set(key, [{ resolve, reject }])
      else callers.push({ resolve, reject })
      if (!this.#running.has(key)) void this.#run(key, side, domain)
    })
  }

  async #run(key: string, side: Side, domain: string): Promise<void> {
    this.#running.add(key)
    for (;;) {
      const batch = this.#next.get(key)
      if (batch === undefined) break
      this.#next.delete(key)
      try {
        const token = await this.#write(side, domain)
        for (const { resolve } of batch) resolve(token)
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    this.#running.delete(key)
  }
}
