/**
 * Changing a known password, and setting a forgotten one by mail. Either ends every other session and
 * every token of the account.
 *
 * @module
 */
import { inTransaction } from '@bookshop/kit/database'
import { utcText } from '@bookshop/kit/instants'
import { endTokens } from '../oidc/endTokens.ts'
import type { Users } from '../shop.ts'
import { badCredentials, checkPassword } from './login.ts'
import { newToken, takeToken } from './mailedTokens.ts'
import { closeOthers, cookieHash } from './sessions.ts'
import { storePassword } from './storePassword.ts'
import { type LoginRow, loginRows } from './user.ts'

export interface PasswordChange {
  readonly userId: number
  readonly current: string
  readonly password: string
  readonly address: string
  /** The session that asks stays open. */
  readonly cookie: string | null
}

const hashesOf = async ({ passwords }: Users, password: string) => ({
  argon2: await passwords.argon2(password),
  legacy: passwords.legacy(password),
})

export async function changePassword(users: Users, change: PasswordChange): Promise<void> {
  const { database, throttle, now } = users
  const row: LoginRow | undefined = await loginRows(database)
    .where({ 'a.id': change.userId })
    .first()
  const email = row?.email ?? ''
  const check = () => checkPassword(users, row, change.current)
  if ((await throttle.attempt(email, change.address, check)) === null) throw badCredentials()
  const hashes = await hashesOf(users, change.password)
  await inTransaction(database, async (transaction) => {
    await storePassword(transaction, change.userId, hashes, now())
    await closeOthers(transaction, change.userId, change.cookie)
    const kept = change.cookie === null ? null : cookieHash(change.cookie)
    await endTokens(transaction, { userId: change.userId, exceptCookie: kept }, now())
  })
}

/** Sends a link when there is such an account, and says nothing either way. */
export async function askForReset(users: Users, email: string): Promise<void> {
  const { database, mail, now, shopUrl } = users
  const row: LoginRow | undefined = await loginRows(database).where({ 'a.email': email }).first()
  if (!row) return
  const token = await inTransaction(database, (transaction) =>
    newToken(transaction, 'reset', row, now()),
  )
  await mail.send({
    to: row.email,
    subject: 'Your new password',
    text: `Somebody, probably you, asked for a new password.\r\n\r\n${shopUrl}/account/reset?token=${token}\r\n\r\nThe link is good once, for an hour. If it was not you, do nothing.`,
  })
}

export async function resetPassword(users: Users, token: string, password: string): Promise<void> {
  const { database, now } = users
  const hashes = await hashesOf(users, password)
  await inTransaction(database, async (transaction) => {
    const { userId, email } = await takeToken(transaction, 'reset', token)
    await storePassword(transaction, userId, hashes, now())
    await closeOthers(transaction, userId, null)
    await endTokens(transaction, { userId, exceptCookie: null }, now())
    // Whoever read the mail has the address.
    const verified = { email, verified_at: utcText(now()) }
    await transaction('verified_email')
      .insert({ user_id: userId, ...verified })
      .onConflict('user_id')
      .merge(verified)
  })
}
