/**
 * One client session: a cookie, its turn among the edges, and honest book-keeping of every answer.
 *
 * @module
 */
import { type Answer, type Ask, type Edges, Unanswered } from './edges.ts'
import type { Write, WriteLedger } from './ledger.ts'
import type { Random } from './random.ts'
import type { Tally } from './tally.ts'

export interface ShopperPorts {
  readonly edges: Edges
  readonly ledger: WriteLedger
  readonly tally: Tally
  readonly random: Random
}

export interface AskOptions {
  /** Statuses that are answers, not failures. Default: 200. */
  readonly expect?: readonly number[]
  /** The write this request carries. */
  readonly write?: Write
  /** True when the request changes the moving domain's tables. */
  readonly domainWrite?: boolean
}

export class Shopper {
  readonly name: string
  readonly ports: ShopperPorts
  #turn: number
  #cookie: string | undefined
  #sequence = 0

  constructor(name: string, turn: number, ports: ShopperPorts) {
    this.name = name
    this.ports = ports
    this.#turn = turn
  }

  /** A reference that no other write of this run carries. */
  reference(kind: string): string {
    this.#sequence += 1
    return `${kind}-${this.name}-${this.#sequence}`
  }

  /** Undefined when the request failed; the failure has been counted. */
  async ask(ask: Ask, options: AskOptions = {}): Promise<Answer | undefined> {
    const { tally, edges } = this.ports
    const { write } = options
    this.#turn += 1
    tally.requests += 1
    if (ask.method !== 'GET') tally.writes += 1
    if (options.domainWrite === true) tally.domainWrites += 1
    try {
      const headers = { ...ask.headers, ...(this.#cookie ? { cookie: this.#cookie } : {}) }
      const answer = await edges.ask(this.#turn, { ...ask, headers })
      tally.answered(answer.ms)
      this.#keepCookie(answer)
      if (write !== undefined && answer.status < 300) write.fate = 'acknowledged'
      if ((options.expect ?? [200]).includes(answer.status)) {
        if (write !== undefined && answer.status >= 400) write.fate = 'refused'
        return answer
      }
      tally.failed(
        `${this.name}: ${ask.method} ${ask.path} → ${answer.status} ${oneLine(answer.body)}`,
      )
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error
      tally.failed(`${this.name}: ${ask.method} ${ask.path} → ${error.message}`)
    }
    return undefined
  }

  async login(email: string, password: string): Promise<boolean> {
    const answer = await this.ask({
      method: 'POST',
      path: '/api/login',
      json: { email, password },
    })
    return answer !== undefined
  }

  async logout(): Promise<void> {
    await this.ask({ method: 'POST', path: '/api/logout' }, { expect: [200, 204] })
    this.#cookie = undefined
  }

  #keepCookie(answer: Answer): void {
    const header = answer.headers['set-cookie']
    const first = Array.isArray(header) ? header[0] : header
    if (typeof first !== 'string') return
    const pair = first.split(';')[0]
    if (pair !== undefined) this.#cookie = pair
  }
}

/** Parses an answer's JSON; the traffic reads only the few fields it checks. */
export const json = (answer: Answer): Record<string, unknown> =>
  JSON.parse(answer.body) as Record<string, unknown>

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').slice(0, 120)
