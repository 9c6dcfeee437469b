/**
 * A customer's preferences: the newsletter, and whatever the shop's pages keep.
 *
 * @module
 */
import { inTransaction, type Queryable } from '@bookshop/kit/database'
import { invalid } from '@bookshop/kit/errors'
import { type Body, truth } from '@bookshop/kit/input'
import { utcText } from '@bookshop/kit/instants'
import type { Users } from '../shop.ts'
import { noSuchUser } from './user.ts'

export interface Preferences {
  readonly newsletter: boolean
  readonly prefs: unknown
}

export async function preferences(on: Queryable, userId: number): Promise<Preferences> {
  const row: { newsletter: number; prefs: string | null } | undefined = await on('preferences')
    .where({ user_id: userId })
    .first('newsletter', 'prefs')
  if (!row) throw noSuchUser()
  return { newsletter: row.newsletter === 1, prefs: JSON.parse(row.prefs ?? '{}') }
}

function readChanges(body: Body): Readonly<Record<string, unknown>> {
  const newsletter = body.newsletter === undefined ? {} : { newsletter: truth(body, 'newsletter') }
  if (body.prefs === undefined) return newsletter
  const { prefs } = body
  const json = JSON.stringify(prefs)
  if (typeof prefs !== 'object' || prefs === null || json.length > 10_000) {
    throw invalid('prefs', 'a JSON object of at most 10000 characters')
  }
  return { ...newsletter, prefs: json }
}

export async function changePreferences(
  { database, now }: Pick<Users, 'database' | 'now'>,
  userId: number,
  body: Body,
): Promise<Preferences> {
  const changes = readChanges(body)
  if (Object.keys(changes).length > 0) {
    await inTransaction(database, async (transaction) => {
      await transaction('account')
        .where({ id: userId })
        .update({ updated_at: utcText(now()) })
      await transaction('preferences').where({ user_id: userId }).update(changes)
    })
  }
  return preferences(database, userId)
}
