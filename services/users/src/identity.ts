/**
 * Who calls this service. It has the accounts and the sessions, so it does not believe a token or an
 * assertion longer than the account behind it is active, nor roles that were taken away meanwhile.
 *
 * @module
 */
import type { KeySet } from '@bookshop/kit/config'
import type { Database } from '@bookshop/kit/database'
import { hasBearer, type Identity, identityReader, type ReadIdentity } from '@bookshop/kit/identity'
import { cookieOf, userOfSession } from './accounts/sessions.ts'
import { activeUser, type User } from './accounts/user.ts'
import type { TokenSessions } from './oidc/tokenSessions.ts'

export interface IdentityParts {
  readonly database: Database
  readonly edgeKeys: KeySet
  readonly issuer: string
  /** Our own public keys, as they are now. */
  readonly providerKeys: () => readonly object[]
  readonly sessions: TokenSessions
}

const sessionIdentity = ({ id, name, roles }: User): Identity => ({
  userId: id,
  name,
  roles,
  scopes: [],
  clientId: null,
  sid: null,
})

export function usersIdentity(parts: IdentityParts): ReadIdentity {
  const { database, sessions } = parts
  let known: readonly object[] | undefined
  let read: ReadIdentity | undefined

  /** Built again when the keys have changed. */
  const signed: ReadIdentity = (headers) => {
    const keys = parts.providerKeys()
    if (read === undefined || JSON.stringify(keys) !== JSON.stringify(known)) {
      known = keys
      read = identityReader({
        edge: { keys: parts.edgeKeys, audience: 'users' },
        provider: { issuer: parts.issuer, keys: { keys } },
      })
    }
    return read(headers)
  }

  const current = async (identity: Identity): Promise<Identity | null> => {
    if (identity.userId === null) return identity
    if (identity.sid !== null && (await sessions.cookieOf(identity.sid)) === null) return null
    const user = await activeUser(database, identity.userId)
    return user && { ...identity, name: user.name, roles: user.roles }
  }

  return async (headers) => {
    const cookie = hasBearer(headers) ? null : cookieOf(headers)
    if (cookie !== null) {
      const user = await userOfSession(database, cookie)
      return user && sessionIdentity(user)
    }
    const identity = await signed(headers)
    return identity && current(identity)
  }
}
