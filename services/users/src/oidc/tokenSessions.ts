/**
 * What ties tokens to a session: each login at the provider belongs to one cookie session of the shop,
 * under a name of its own, `sid`. The session's owner says, at every refresh, whether it still lives
 * and who its user is now; and the edge gets the cookie for a call to the old shop.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import type { Database } from '@bookshop/kit/database'
import { utcText } from '@bookshop/kit/instants'
import { cookieHash } from '../accounts/sessions.ts'
import type { User } from '../accounts/user.ts'
import type { Secrets } from '../secrets.ts'
import { endTokens } from './endTokens.ts'
import type { OpenedSession, SessionsOwner } from './owner.ts'
import { queryableOf } from './records.ts'

export interface TokenSession {
  readonly sid: string
  readonly userId: number
  readonly name: string
  readonly email: string
  readonly roles: readonly string[]
}

export interface TokenSessions {
  open(grantId: string, session: OpenedSession): Promise<void>
  /** Null when it has ended. */
  ofGrant(grantId: string): Promise<TokenSession | null>
  ofUser(userId: number): Promise<TokenSession | null>
  /** The cookie behind a `sid`, for the edge; null when it has ended. */
  cookieOf(sid: string): Promise<{ readonly cookie: string; readonly userId: number } | null>
  /** Asks the owner and ends what has ended there. Throws when it cannot be asked. */
  confirm(grantId: string): Promise<void>
  end(grantId: string): Promise<void>
}

interface Row {
  readonly sid: string
  readonly user_id: number
  readonly name: string
  readonly email: string
  readonly roles: string
  readonly cookie: string
}

const shown = (row: Row): TokenSession => ({
  sid: row.sid,
  userId: row.user_id,
  name: row.name,
  email: row.email,
  roles: JSON.parse(row.roles) as readonly string[],
})

const columnsOf = (user: User) => ({
  name: user.name,
  email: user.email,
  roles: JSON.stringify(user.roles),
})

export function tokenSessions(
  database: Database,
  secrets: Secrets,
  owner: SessionsOwner,
  now: () => Date,
): TokenSessions {
  const live = (where: Readonly<Record<string, unknown>>): Promise<Row | undefined> =>
    queryableOf(database)('token_session')
      .where(where)
      .whereNull('ended_at')
      .orderBy('created_at', 'desc')
      .first('sid', 'user_id', 'name', 'email', 'roles', 'cookie')
  const find = async (where: Readonly<Record<string, unknown>>): Promise<TokenSession | null> => {
    const row = await live(where)
    return row ? shown(row) : null
  }
  return {
    async open(grantId, { cookie, user }) {
      await database('token_session').insert({
        grant_id: grantId,
        sid: randomBytes(24).toString('base64url'),
        user_id: user.id,
        ...columnsOf(user),
        cookie: secrets.seal(cookie),
        cookie_hash: cookieHash(cookie),
        created_at: utcText(now()),
        checked_at: utcText(now()),
      })
    },
    ofGrant: (grantId) => find({ grant_id: grantId }),
    ofUser: (userId) => find({ user_id: userId }),
    async cookieOf(sid) {
      const row = await live({ sid })
      return row ? { cookie: secrets.open(row.cookie), userId: row.user_id } : null
    },
    async confirm(grantId) {
      const row = await live({ grant_id: grantId })
      if (!row) return
      const user = await owner.userOf(secrets.open(row.cookie))
      if (user === null || user.id !== row.user_id) {
        await endTokens(database, { grantId }, now())
        return
      }
      await database('token_session')
        .where({ grant_id: grantId })
        .update({ ...columnsOf(user), checked_at: utcText(now()) })
    },
    end: (grantId) => endTokens(database, { grantId }, now()),
  }
}
