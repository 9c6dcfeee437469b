/**
 * The legacy session that stands for a bearer at the monolith, which knows cookies only.
 *
 * Whoever issued the token opened one session of the shop for it and tells its cookie to the edge,
 * by the token's `sid`. The cookie of a `sid` never changes, so a known one is used at once and asked
 * for again behind the answers, to notice its end; a change of the session that an edge sees drops it.
 *
 * @module
 */
import { sleep } from '@matapalo/runtime'
import { IdentityUnknown } from '../errors.ts'
import { cookieSubject, type Subject } from '../subject.ts'
import type { Bearer } from './claims.ts'

export interface BridgedSession {
  readonly cookie: string
  readonly subject: Subject
}

/** Null: the session has ended. */
export type AskBridge = (
  sid: string,
) => Promise<{ readonly cookie: string; readonly userId: string; readonly expires?: number } | null>

interface Known {
  readonly session: BridgedSession
  /** `performance.now()` from which on it is asked for again. */
  asksFrom: number
  /** Unix time, ms. */
  readonly expires: number
}

/** A session is asked for again after this long, ms. */
const againMs = 60_000
const afterFailureMs = 1_000
const capacity = 20_000

export class Bridge {
  readonly #ask: AskBridge
  readonly #known = new Map<Subject, Known>()
  readonly #byCookie = new Map<Subject, Subject>()
  readonly #asking = new Map<Subject, Promise<BridgedSession | null>>()
  #failedAt = Number.NEGATIVE_INFINITY

  constructor(ask: AskBridge) {
    this.#ask = ask
  }

  /** Null: the session has ended. @throws IdentityUnknown when nobody could say */
  async sessionOf(bearer: Bearer): Promise<BridgedSession | null> {
    const known = this.#known.get(bearer.subject)
    if (known === undefined || known.expires <= Date.now()) return this.#asked(bearer)
    if (known.asksFrom <= performance.now()) {
      known.asksFrom = performance.now() + againMs
      this.#asked(bearer).catch(() => {
        known.asksFrom = performance.now() + afterFailureMs
      })
    }
    return known.session
  }

  /** The same for who can do without; `unknown` when nobody says in time, or said a moment ago. */
  async soon(bearer: Bearer, withinMs: number): Promise<BridgedSession | null | 'unknown'> {
    const failing = performance.now() - this.#failedAt < afterFailureMs
    if (failing && !this.#known.has(bearer.subject)) return 'unknown'
    const session = this.sessionOf(bearer).catch(() => 'unknown' as const)
    const known = await Promise.race([session, sleep(withinMs).then(() => 'unknown' as const)])
    if (known === 'unknown') this.#failedAt = performance.now()
    return known
  }

  /** By the subject of the tokens or of the cookie. */
  forget(subject: Subject): void {
    const key = this.#byCookie.get(subject) ?? subject
    const known = this.#known.get(key)
    this.#known.delete(key)
    // An answer under way is not remembered: it may be of before.
    this.#asking.delete(key)
    if (known !== undefined) this.#byCookie.delete(known.session.subject)
  }

  #asked(bearer: Bearer): Promise<BridgedSession | null> {
    const under = this.#asking.get(bearer.subject)
    if (under !== undefined) return under
    const asking = this.#askFor(bearer).then(
      (known) => {
        if (this.#asking.get(bearer.subject) === asking) {
          this.forget(bearer.subject)
          if (known !== null) this.#remember(bearer.subject, known)
        }
        return known?.session ?? null
      },
      (cause) => {
        if (this.#asking.get(bearer.subject) === asking) this.#asking.delete(bearer.subject)
        this.#failedAt = performance.now()
        throw new IdentityUnknown(cause)
      },
    )
    this.#asking.set(bearer.subject, asking)
    return asking
  }

  async #askFor({ sid, identity }: Bearer): Promise<Known | null> {
    const answer = await this.#ask(sid as string)
    if (answer === null) return null
    // A session of anybody else would act for anybody else.
    if (answer.userId !== identity.id) throw new Error('the session is not of the token’s user')
    const session = { cookie: answer.cookie, subject: cookieSubject(answer.cookie) }
    const expires = answer.expires ?? Number.POSITIVE_INFINITY
    return { session, asksFrom: performance.now() + againMs, expires }
  }

  #remember(subject: Subject, known: Known): void {
    this.#known.set(subject, known)
    this.#byCookie.set(known.session.subject, subject)
    if (this.#known.size <= capacity) return
    const oldest = this.#known.keys().next()
    if (!oldest.done) this.forget(oldest.value)
  }
}
