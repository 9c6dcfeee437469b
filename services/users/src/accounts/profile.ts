/**
 * What customers tell about themselves.
 *
 * @module
 */
import { inTransaction, type Queryable } from '@bookshop/kit/database'
import { type Body, optionalText, text } from '@bookshop/kit/input'
import { utcText } from '@bookshop/kit/instants'
import type { Users } from '../shop.ts'
import { tell } from './events.ts'
import { noSuchUser } from './user.ts'

const lengths = { name: 200, phone: 40, street: 200, city: 120, postcode: 20, country: 2 } as const
type Column = keyof typeof lengths
export const profileColumns = Object.keys(lengths) as readonly Column[]

export type Profile = Readonly<Record<Column | 'email', string | null>>

export async function profile(on: Queryable, userId: number): Promise<Profile> {
  const row: Profile | undefined = await on('account')
    .where({ id: userId })
    .first('email', ...profileColumns)
  if (!row) throw noSuchUser()
  return row
}

/** The columns that a body names, read and checked. */
export const profileChanges = (body: Body): Readonly<Record<string, string | null>> =>
  Object.fromEntries(
    profileColumns
      .filter((column) => body[column] !== undefined)
      .map((column) => [
        column,
        column === 'name'
          ? text(body, column, lengths.name)
          : optionalText(body, column, lengths[column]),
      ]),
  )

export async function changeProfile(
  { database, now }: Pick<Users, 'database' | 'now'>,
  userId: number,
  body: Body,
): Promise<Profile> {
  const changes = profileChanges(body)
  if (Object.keys(changes).length > 0) {
    await inTransaction(database, async (transaction) => {
      await transaction('account')
        .where({ id: userId })
        .update({ ...changes, updated_at: utcText(now()) })
      await tell(transaction, 'user.changed', userId)
    })
  }
  return profile(database, userId)
}
