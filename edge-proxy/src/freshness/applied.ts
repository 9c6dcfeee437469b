/**
 * Waiting until a side's database has applied a token. The state rows are read every few
 * milliseconds, but only while somebody waits; what was once applied is remembered.
 *
 * A token counts only in mode apply, at the token's term or later, of the token's generation: a
 * feed in audit mode advances its token while nothing is applied.
 *
 * @module
 */
import { type ApplierMode, directionFrom } from '@matapalo/core'
import type { Token } from './token.ts'

export interface AppliedState {
  readonly domain: string
  readonly direction: 'forward' | 'reverse'
  readonly mode: ApplierMode
  readonly term: number
  readonly token: bigint
  readonly generation: string | null
}

/** Reads all state rows of one server. */
export type ReadStates = () => Promise<readonly AppliedState[]>

/** `unknowable`: the applier follows another generation, so waiting for this token cannot help. */
export type WaitOutcome = 'applied' | 'late' | 'unknowable' | 'left'

interface Waiter {
  readonly domain: string
  readonly token: Token
  readonly deadline: number
  readonly signal: AbortSignal | undefined
  readonly resolve: (outcome: WaitOutcome) => void
}

export class AppliedWatch {
  readonly #read: ReadStates
  readonly #pollMs: number
  #states = new Map<string, AppliedState>()
  #waiters: Waiter[] = []
  #polling = false

  /** @param pollMs 4 (between two looks while somebody waits) */
  constructor(read: ReadStates, pollMs = 4) {
    this.#read = read
    this.#pollMs = pollMs
  }

  get waiting(): number {
    return this.#waiters.length
  }

  /** @param deadline by `performance.now()` */
  wait(
    domain: string,
    token: Token,
    deadline: number,
    signal?: AbortSignal,
  ): Promise<WaitOutcome> | 'applied' {
    if (this.#judge(domain, token) === 'applied') return 'applied'
    return new Promise((resolve) => {
      this.#waiters.push({ domain, token, deadline, signal, resolve })
      if (!this.#polling) void this.#poll()
    })
  }

  #judge(domain: string, token: Token): 'applied' | 'unknowable' | 'waiting' {
    const state = this.#states.get(`${domain}/${directionFrom(token.side)}`)
    if (state === undefined) return 'waiting'
    if (state.generation !== null && state.generation !== token.generation) return 'unknowable'
    const applied = state.mode === 'apply' && state.term >= token.term && state.token >= token.n
    return applied ? 'applied' : 'waiting'
  }

  async #poll(): Promise<void> {
    this.#polling = true
    while (this.#waiters.length > 0) {
      let fresh = true
      try {
        const states = await this.#read()
        this.#states = new Map(states.map((s) => [`${s.domain}/${s.direction}`, s]))
      } catch {
        // The next look may work; the deadline bounds it.
        fresh = false
      }
      const now = performance.now()
      this.#waiters = this.#waiters.filter((waiter) => {
        const verdict = fresh ? this.#judge(waiter.domain, waiter.token) : 'waiting'
        if (verdict !== 'waiting') waiter.resolve(verdict)
        else if (waiter.signal?.aborted) waiter.resolve('left')
        else if (now >= waiter.deadline) waiter.resolve('late')
        else return true
        return false
      })
      if (this.#waiters.length > 0) await new Promise((go) => setTimeout(go, this.#pollMs))
    }
    this.#polling = false
  }
}
