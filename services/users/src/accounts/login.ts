/**
 * Checking a password: bounded tries, one Argon2id whatever the outcome, weak hashes upgraded.
 *
 * @module
 */
import { ApiError } from '@bookshop/kit/errors'
import type { Users } from '../shop.ts'
import { storeArgon2, storePassword } from './storePassword.ts'
import { type LoginRow, loginRows } from './user.ts'

/** Does not say which of the two was wrong. */
export const badCredentials = (): ApiError =>
  new ApiError(401, 'bad_credentials', 'E-mail address or password is wrong')

type Part = Pick<Users, 'database' | 'passwords' | 'throttle' | 'now'>

async function upgrade(users: Part, row: LoginRow, password: string, argon2: string) {
  const { database, passwords, now } = users
  if (passwords.keepsLegacy) return storeArgon2(database, row.id, argon2, row.legacy_hash, now())
  // No rollback any more: the weak hash goes.
  const hashes = { argon2, legacy: passwords.legacy(password) }
  return database.transaction((transaction) => storePassword(transaction, row.id, hashes, now()))
}

/** @returns the account's row, or null when the password is not its own */
export async function checkPassword(
  users: Part,
  row: LoginRow | undefined,
  password: string,
): Promise<LoginRow | null> {
  const verdict = await users.passwords.check(row ?? null, password)
  if (!verdict.right || row === undefined) return null
  if (verdict.upgrade !== null) await upgrade(users, row, password, verdict.upgrade)
  return row
}

export interface Try {
  readonly email: string
  readonly password: string
  readonly address: string
  /** Its tries were bounded before. */
  readonly bounded: boolean
}

/** @returns the account's id. @throws ApiError 401, 429 */
export async function checkLogin(users: Part, attempt: Try): Promise<number> {
  const { email, password, address, bounded } = attempt
  const check = async (): Promise<LoginRow | null> => {
    const row = await loginRows(users.database).where({ 'a.email': email }).first()
    return checkPassword(users, row, password)
  }
  const found = await (bounded ? check() : users.throttle.attempt(email, address, check))
  if (found === null) throw badCredentials()
  return found.id
}
