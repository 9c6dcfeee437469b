/**
 * One client session: its credential, its turn among the edges, and honest book-keeping of every
 * answer.
 *
 * @module
 */
import { CookieCredential, type Credential } from './credential.ts'
import { domainOfPath } from './domains.ts'
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
  #credential: Credential
  #sequence = 0

  constructor(
    name: string,
    turn: number,
    ports: ShopperPorts,
    credential: Credential = new CookieCredential(),
  ) {
    this.name = name
    this.ports = ports
    this.#turn = turn
    this.#credential = credential
  }

  get credential(): Credential {
    return this.#credential
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
    const credential = this.#credential
    const domain = domainOfPath(ask.path)
    const shown = await credential.headers()
    this.#turn += 1
    tally.asked(domain, ask.method)
    if (options.domainWrite === true) tally.domainWrites += 1
    const line = `${this.name}: ${ask.method} ${ask.path}`
    try {
      const { live } = credential
      const answer = await edges.ask(this.#turn, { ...ask, headers: { ...ask.headers, ...shown } })
      tally.answered(answer.ms)
      const ended = credential.keep(answer)
      if (live && (ended || isTurnedAway(answer))) {
        tally.forcedLogout(domain, `${line} → ${answer.status} ${oneLine(answer.body)}`)
      }
      const expected = (options.expect ?? [200]).includes(answer.status)
      if (write !== undefined && isTaken(answer, expected)) write.fate = 'acknowledged'
      if (expected && !isTurnedAway(answer)) {
        if (write !== undefined && answer.status >= 400) write.fate = 'refused'
        return answer
      }
      tally.failed(`${line} → ${answer.status} ${oneLine(answer.body)}`, domain)
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error
      tally.failed(`${line} → ${error.message}`, domain)
    }
    return undefined
  }

  async login(email: string, password: string): Promise<Answer | undefined> {
    return this.ask({
      method: 'POST',
      path: '/api/login',
      json: { email, password },
    })
  }

  /** For sessions with a cookie. */
  async logout(write?: Write): Promise<Answer | undefined> {
    const credential = this.#credential
    if (!(credential instanceof CookieCredential)) throw new TypeError('only cookies log out')
    credential.end()
    const options = { expect: [200, 204], ...(write === undefined ? {} : { write }) }
    const answer = await this.ask({ method: 'POST', path: '/api/logout' }, options)
    credential.forget()
    return answer
  }
}

/** Not let in: 401, or sent to the login page. */
export function isTurnedAway({ status, headers }: Answer): boolean {
  if (status === 401) return true
  const to = headers.location
  return (
    status >= 300 &&
    status < 400 &&
    typeof to === 'string' &&
    /^(https?:\/\/[^/]+)?\/login\b/.test(to)
  )
}

const isTaken = (answer: Answer, expected: boolean): boolean =>
  answer.status < 300 || (answer.status < 400 && expected && !isTurnedAway(answer))

/** Parses an answer's JSON; the traffic reads only the few fields it checks. */
export const json = (answer: Answer): Record<string, unknown> =>
  JSON.parse(answer.body) as Record<string, unknown>

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').slice(0, 120)
