/**
 * The provider's part of a logout: tokens that belong to the session end with it, and the session that
 * a token belongs to ends with the token's.
 *
 * @module
 */
import type { Database } from '@bookshop/kit/database'
import { cookieHash } from './accounts/sessions.ts'
import { endTokens } from './oidc/endTokens.ts'
import type { SessionsOwner } from './oidc/owner.ts'
import type { TokenSessions } from './oidc/tokenSessions.ts'
import type { Users } from './shop.ts'

export interface LogoutParts {
  readonly database: Database
  readonly sessions: TokenSessions
  readonly owner: SessionsOwner
  readonly now: () => Date
}

export function endingTokens(parts: LogoutParts): Users['endTokensOf'] {
  const { database, sessions, owner, now } = parts
  return async ({ cookie, sid }) => {
    const behind = sid === null ? null : await sessions.cookieOf(sid)
    if (behind !== null) await owner.logout(behind.cookie)
    for (const one of [cookie, behind?.cookie]) {
      if (one) await endTokens(database, { cookieHash: cookieHash(one) }, now())
    }
  }
}
