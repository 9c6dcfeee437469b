/**
 * Takes out of an account what tells whose it was.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import type { Transaction } from '@bookshop/kit/database'
import { utcText } from '@bookshop/kit/instants'
import { endTokens } from '../oidc/endTokens.ts'

/** RFC 2606: nobody ever gets mail there. */
export const deletedEmail = (userId: number): string => `deleted-${userId}@deleted.invalid`

export async function anonymise(
  transaction: Transaction,
  userId: number,
  now: Date,
): Promise<void> {
  const own = { user_id: userId }
  await transaction('account')
    .where({ id: userId })
    .update({
      email: deletedEmail(userId),
      name: 'Deleted customer',
      legacy_salt: randomBytes(8).toString('hex'),
      legacy_hash: randomBytes(32).toString('hex'),
      phone: null,
      street: null,
      city: null,
      postcode: null,
      country: null,
      active: 0,
      updated_at: utcText(now),
    })
  await transaction('preferences').where(own).update({ newsletter: 0, prefs: null })
  await endTokens(transaction, { userId, exceptCookie: null }, now)
  await transaction('token_session').where(own).delete()
  for (const table of ['user_role', 'session', 'credential', 'verified_email', 'mailed_token']) {
    await transaction(table).where(own).delete()
  }
}
