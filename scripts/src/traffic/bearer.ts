/**
 * A session that shows access tokens and renews them with rotating refresh tokens (RFC 9700, 4.14.2).
 * A refresh without an answer is asked again with the same token, which the provider answers alike
 * within its grace; nothing else ever uses a refresh token twice.
 *
 * @module
 */
import { publicClient } from './codeLogin.ts'
import type { Credential } from './credential.ts'
import { type Answer, type Edges, Unanswered } from './edges.ts'
import type { Random } from './random.ts'
import type { Tally } from './tally.ts'
import { readTokens, type Tokens } from './tokens.ts'

export interface BearerPorts {
  readonly edges: Edges
  readonly tally: Tally
  readonly random: Random
}

/** Below the provider's grace of 10 s, counted from the first try. */
const repeatForMs = 8_000
/** A refresh waits out a hold; what takes longer has failed. */
const patienceMs = 15_000

export class BearerCredential implements Credential {
  readonly kind = 'bearer'
  readonly #name: string
  readonly #ports: BearerPorts
  #tokens: Tokens
  #turn: number
  #dueAt = 0
  #ended = false

  constructor(name: string, turn: number, ports: BearerPorts, tokens: Tokens) {
    this.#name = name
    this.#turn = turn
    this.#ports = ports
    this.#tokens = tokens
    this.#plan()
  }

  get live(): boolean {
    return !this.#ended
  }

  /** Renews within `withinMs` instead of at its own time, so that refreshes meet a transfer. */
  hurry(withinMs: number): void {
    const soon = performance.now() + this.#ports.random.next() * withinMs
    this.#dueAt = Math.min(this.#dueAt, soon)
  }

  async headers(): Promise<Readonly<Record<string, string>>> {
    if (!this.#ended && performance.now() >= this.#dueAt) await this.#refresh()
    return { authorization: `Bearer ${this.#tokens.access}` }
  }

  keep(): boolean {
    return false
  }

  /** Somewhere in the second half of the token's life, and early enough to wait out a hold. */
  #plan(): void {
    const { lifeMs } = this.#tokens
    const share = 0.35 + 0.3 * this.#ports.random.next()
    this.#dueAt = performance.now() + lifeMs * share
  }

  async #refresh(): Promise<void> {
    const { tally } = this.#ports
    const begun = performance.now()
    for (let attempt = 0; ; attempt += 1) {
      const answer = await this.#ask()
      const took = performance.now() - begun
      if (answer?.status === 200) {
        const tokens = readTokens(answer.body)
        if (tokens === undefined) throw new TypeError('a token endpoint answered without tokens')
        this.#tokens = tokens
        this.#plan()
        tally.refreshes += 1
        return
      }
      if (answer !== undefined && answer.status < 500 && answer.status !== 429) {
        this.#ended = true
        tally.forcedLogout(
          'users',
          `${this.#name}: refresh → ${answer.status} ${answer.body.slice(0, 120)}`,
        )
        return
      }
      // An answer means that the token was not used up; without one, only the grace is safe.
      if (took > (answer === undefined ? repeatForMs : patienceMs)) {
        this.#dueAt = performance.now() + 1_000
        return
      }
      await new Promise((done) => setTimeout(done, Math.min(200 * (attempt + 1), 1_000)))
    }
  }

  async #ask(): Promise<Answer | undefined> {
    const { edges, tally } = this.#ports
    this.#turn += 1
    tally.asked('users', 'POST')
    try {
      const answer = await edges.ask(this.#turn, {
        method: 'POST',
        path: '/identity/token',
        form: {
          grant_type: 'refresh_token',
          refresh_token: this.#tokens.refresh,
          client_id: publicClient.id,
        },
      })
      tally.answered(answer.ms)
      if (answer.status >= 500 || answer.status === 429) {
        tally.failed(`${this.#name}: refresh → ${answer.status}`, 'users')
      }
      return answer
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error
      tally.failed(`${this.#name}: refresh → ${error.message}`, 'users')
      return undefined
    }
  }
}
