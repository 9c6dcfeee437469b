/**
 * Proving that an e-mail address is one's own. An address that changes is unproven again.
 *
 * @module
 */
import { inTransaction, type Queryable } from '@bookshop/kit/database'
import { utcText } from '@bookshop/kit/instants'
import type { Users } from '../shop.ts'
import { newToken, takeToken } from './mailedTokens.ts'
import { noSuchUser } from './user.ts'

export interface EmailState {
  readonly email: string
  readonly verified: boolean
}

export async function emailState(on: Queryable, userId: number): Promise<EmailState> {
  const row: { email: string; proven: string | null } | undefined = await on('account as a')
    .leftJoin('verified_email as v', 'v.user_id', 'a.id')
    .where({ 'a.id': userId })
    .first('a.email', 'v.email as proven')
  if (!row) throw noSuchUser()
  return { email: row.email, verified: row.email === row.proven }
}

type Part = Pick<Users, 'database' | 'mail' | 'now' | 'shopUrl'>

/** Nothing is sent when the address is proven already. */
export async function sendVerification(users: Part, userId: number): Promise<void> {
  const { database, mail, now, shopUrl } = users
  const { email, verified } = await emailState(database, userId)
  if (verified) return
  const token = await inTransaction(database, (transaction) =>
    newToken(transaction, 'verify', { id: userId, email }, now()),
  )
  await mail.send({
    to: email,
    subject: 'Please confirm your e-mail address',
    text: `Welcome to the bookshop.\r\n\r\n${shopUrl}/account/verify?token=${token}\r\n\r\nThe link is good for a day.`,
  })
}

export async function verifyEmail(
  { database, now }: Pick<Users, 'database' | 'now'>,
  token: string,
): Promise<void> {
  await inTransaction(database, async (transaction) => {
    const { userId, email } = await takeToken(transaction, 'verify', token)
    const verified = { email, verified_at: utcText(now()) }
    await transaction('verified_email')
      .insert({ user_id: userId, ...verified })
      .onConflict('user_id')
      .merge(verified)
  })
}
