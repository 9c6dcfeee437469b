/**
 * Passwords: Argon2id (RFC 9106, OWASP's m=19 MiB, t=2, p=1; 17 ms here), beside the old shop's salted
 * SHA-256 for as long as a rollback to it is possible.
 *
 * Hashing happens in libuv's threads, one less at a time than there are processors: the event loop
 * stays free, and a rush of logins cannot take the threads that everything else needs. The only file that knows the argon2 library.
 *
 * @module
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { hash, verify } from '@node-rs/argon2'
import { busy, GateFull, gate } from './gate.ts'

export interface LegacyHash {
  readonly legacy_salt: string
  readonly legacy_hash: string
}

/** What the tables hold of an account's password. */
export interface StoredPassword extends LegacyHash {
  /** Null: never logged in here. */
  readonly argon2: string | null
  /** The legacy hash that stood beside it; another one now means a newer password over there. */
  readonly made_beside: string | null
}

export type Verdict =
  | { readonly right: false }
  /** `upgrade`: the Argon2id hash to store, when there was none that counts. */
  | { readonly right: true; readonly upgrade: string | null }

export interface Passwords {
  /** Takes the same time whether or not the account exists (`null`) or was upgraded. */
  check(stored: StoredPassword | null, password: string): Promise<Verdict>
  argon2(password: string): Promise<string>
  /** What the old shop would store; one that nothing matches once it is not needed any more. */
  legacy(password: string): LegacyHash
  readonly keepsLegacy: boolean
}

const options = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const
/** One processor stays with the event loop. */
const atOnce = Math.max(1, availableParallelism() - 1)
/** A few seconds of work. */
const inLine = 256

export const legacyHashOf = (salt: string, password: string): string =>
  createHash('sha256').update(salt).update(password).digest('hex')

const equal = (one: string, other: string): boolean => {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}

export function openPasswords(keepsLegacy: boolean): Passwords {
  const doing = gate(atOnce, inLine)
  const bounded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await doing.run(work)
    } catch (error) {
      throw error instanceof GateFull ? busy(error) : error
    }
  }
  const make = (password: string): Promise<string> => bounded(() => hash(password, options))

  return {
    keepsLegacy,
    argon2: make,
    legacy(password) {
      const legacy_salt = randomBytes(8).toString('hex')
      const legacy_hash = keepsLegacy
        ? legacyHashOf(legacy_salt, password)
        : randomBytes(32).toString('hex')
      return { legacy_salt, legacy_hash }
    },
    async check(stored, password) {
      const counts = stored?.argon2 != null && stored.made_beside === stored.legacy_hash
      if (counts) {
        const right = await bounded(() => verify(stored.argon2 ?? '', password))
        return right ? { right, upgrade: null } : { right }
      }
      // One Argon2id in this branch too, whatever the answer: its time tells nothing.
      const fresh = await make(password)
      const right =
        stored !== null && equal(legacyHashOf(stored.legacy_salt, password), stored.legacy_hash)
      return right ? { right, upgrade: fresh } : { right }
    },
  }
}
