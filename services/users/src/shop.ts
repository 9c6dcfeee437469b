/**
 * What every route is handed.
 *
 * @module
 */
import type { Database } from '@bookshop/kit/database'
import type { ShowInstant } from '@bookshop/kit/instants'
import type { Log } from '@bookshop/kit/log'
import type { Passwords } from './login/passwords.ts'
import type { Throttle } from './login/throttle.ts'
import type { Mail } from './mail/mail.ts'

export interface Users {
  readonly database: Database
  readonly show: ShowInstant
  readonly now: () => Date
  readonly passwords: Passwords
  readonly throttle: Throttle
  readonly mail: Mail
  readonly log: Log
  readonly sessionDays: number
  readonly secureCookies: boolean
  readonly trustedProxies: number
  readonly shopUrl: string
  /** Tells a call of our own login page from a stranger's; see `login/proof.ts`. */
  readonly isOwnLogin: (email: string, proof: string | undefined) => boolean
  /** The provider's part of a logout: ends what was issued for this cookie, or under this `sid`. */
  readonly endTokensOf: (of: {
    readonly cookie: string | null
    readonly sid: string | null
  }) => Promise<void>
}
