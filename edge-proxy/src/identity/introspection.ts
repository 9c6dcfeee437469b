/**
 * Turns a legacy session cookie into an identity, by asking whoever serves the introspection path.
 *
 * Answers are believed for a short time, by the cookie's hash; calls for one cookie are coalesced.
 * An answer that changes the session (login, logout) drops what is known, here and, through the
 * store, in the other edges; an introspection under way at that moment is not remembered.
 *
 * @module
 */
import { IdentityUnknown } from './errors.ts'
import type { Subject } from './subject.ts'

export interface Identity {
  readonly id: string
  readonly name: string
  readonly roles: readonly string[]
  /** What a bearer token says besides; undefined for a session. */
  readonly token?: {
    readonly scopes: readonly string[]
    readonly clientId: string
    readonly sid: string | undefined
  }
}

/** Asks for the user of one session cookie; null: the session is nobody's. */
export type Introspect = (session: string) => Promise<Identity | null>

interface Known {
  readonly identity: Promise<Identity | null>
  /** When it was last confirmed. */
  confirmed: number
  /** `performance.now()` from which on it is asked again; Infinity while it is being asked. */
  until: number
}

/** An answer is used this long while no newer one can be had, ms. */
const lastKnownMs = 60_000
/** Sessions remembered; the oldest go first. */
const capacity = 20_000

export class Introspection {
  readonly #introspect: Introspect
  readonly #ttlMs: number
  readonly #known = new Map<Subject, Known>()

  constructor(introspect: Introspect, ttlMs: number) {
    this.#introspect = introspect
    this.#ttlMs = ttlMs
  }

  /** @throws IdentityUnknown */
  identify(subject: Subject, session: string): Promise<Identity | null> {
    const known = this.#known.get(subject)
    if (known !== undefined && known.until > performance.now()) return known.identity
    const begun = performance.now()
    const identity = this.#introspect(session)
      .then((fresh) => {
        entry.confirmed = performance.now()
        return fresh
      })
      .catch((cause) => {
        // The owner of the sessions is away: what it said a moment ago stands, unless a change was seen.
        const stands = known !== undefined && begun - known.confirmed < lastKnownMs
        if (stands && this.#known.get(subject) === entry) return known.identity
        throw new IdentityUnknown(cause)
      })
    const entry: Known = {
      identity,
      confirmed: known?.confirmed ?? begun,
      until: Number.POSITIVE_INFINITY,
    }
    this.#known.delete(subject)
    this.#known.set(subject, entry)
    identity.then(
      () => {
        entry.until = performance.now() + this.#ttlMs
      },
      () => {
        if (this.#known.get(subject) === entry) this.#known.delete(subject)
      },
    )
    this.#trim()
    return identity
  }

  forget(subject: Subject): void {
    this.#known.delete(subject)
  }

  #trim(): void {
    if (this.#known.size <= capacity) return
    const oldest = this.#known.keys().next()
    if (!oldest.done) this.#known.delete(oldest.value)
  }
}

/** Reads `{user: {id, name, roles}}` or `{user: null}`. @throws TypeError for anything else */
export function parseSession(text: string): Identity | null {
  const { user } = JSON.parse(text) as { user?: unknown }
  if (user === null) return null
  if (typeof user !== 'object' || user === undefined) throw new TypeError('no user in the answer')
  const { id, name, roles } = user as { id?: unknown; name?: unknown; roles?: unknown }
  if (typeof id !== 'string' && typeof id !== 'number') throw new TypeError('a user without an id')
  return {
    id: String(id),
    name: typeof name === 'string' ? name : '',
    roles: Array.isArray(roles) ? roles.filter((role) => typeof role === 'string') : [],
  }
}
