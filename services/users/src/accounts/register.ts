/**
 * Opening an account.
 *
 * @module
 */
import { inTransaction, isDuplicate } from '@bookshop/kit/database'
import { ApiError, invalid } from '@bookshop/kit/errors'
import { type Body, text } from '@bookshop/kit/input'
import { utcText } from '@bookshop/kit/instants'
import type { Users } from '../shop.ts'
import { tell } from './events.ts'
import { storeArgon2 } from './storePassword.ts'
import { normalEmail } from './user.ts'

export const emailTaken = (cause?: unknown): ApiError =>
  new ApiError(409, 'email_taken', 'This e-mail address has an account', { cause })

export function readEmail(body: Body): string {
  const email = normalEmail(text(body, 'email', 190))
  if (!/^[^@\s]+@[^@\s]+$/.test(email)) throw invalid('email', 'an e-mail address')
  return email
}

export function readPassword(body: Body, field: string): string {
  const password = text(body, field, 200)
  if ([...password].length < 6) throw invalid(field, '6 to 200 characters')
  return password
}

export async function register(users: Users, body: Body): Promise<number> {
  const email = readEmail(body)
  const name = text(body, 'name', 200)
  const password = readPassword(body, 'password')
  const { database, passwords } = users
  const legacy = passwords.legacy(password)
  const argon2 = await passwords.argon2(password)
  const now = users.now()
  const at = utcText(now)
  try {
    return await inTransaction(database, async (transaction) => {
      const account = { email, name, ...legacy, created_at: at, updated_at: at }
      const [id = 0] = await transaction('account').insert(account)
      await transaction('preferences').insert({ user_id: id })
      await transaction('user_role').insert({ user_id: id, role: 'customer', granted_at: at })
      await storeArgon2(transaction, id, argon2, legacy.legacy_hash, now)
      await tell(transaction, 'user.changed', id)
      return id
    })
  } catch (error) {
    throw isDuplicate(error) ? emailTaken(error) : error
  }
}
