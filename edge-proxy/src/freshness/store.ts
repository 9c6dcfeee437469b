/**
 * What all edges remember together: which subject has written what, up to which token.
 *
 * @module
 */
import type { Subject } from '../identity/subject.ts'
import type { Token } from './token.ts'

/** What is known about one domain's writes by the asked subjects, the domain's floor included. */
export interface Remembered {
  /** The newest token; null: nothing was written. */
  readonly token: Token | null
  /** A write is, or may be, under way whose token is not known. */
  readonly dirty: boolean
}

export interface Keep {
  readonly domain: string
  /** null: the domain's floor, which binds every reader. */
  readonly subject: Subject | null
  readonly token: Token
}

/** Every method rejects when the store is not known to have done it. */
export interface TokenStore {
  /** By domain, in the order asked. */
  read(domains: readonly string[], subjects: readonly Subject[]): Promise<readonly Remembered[]>
  /** Makes the subjects dirty for this write, before it is forwarded. */
  mark(domains: readonly string[], subjects: readonly Subject[], write: string): Promise<void>
  /** Keeps newer tokens, then takes the write's dirty marks away. */
  keep(
    tokens: readonly Keep[],
    write: { readonly id: string; readonly subjects: readonly Subject[] },
  ): Promise<void>
  /** Takes dirty marks of a write away that did not happen. */
  unmark(domains: readonly string[], subjects: readonly Subject[], write: string): Promise<void>
  /** Tells the other edges that a session has changed. */
  announceSession(subject: Subject): void
}
