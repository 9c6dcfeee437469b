/**
 * Tokens that go out by mail, each for one purpose, one account and the address it had: good once, and
 * not for long. The table holds their hashes.
 *
 * @module
 */
import { createHash, randomBytes } from 'node:crypto'
import type { Queryable, Transaction } from '@bookshop/kit/database'
import { ApiError } from '@bookshop/kit/errors'
import { utcText } from '@bookshop/kit/instants'

export type Purpose = 'reset' | 'verify'

const goodMs: Readonly<Record<Purpose, number>> = { reset: 3_600_000, verify: 86_400_000 }

const hashed = (token: string): string => createHash('sha256').update(token).digest('hex')

/** Replaces those of the same purpose that went out before. */
export async function newToken(
  transaction: Transaction,
  purpose: Purpose,
  user: { readonly id: number; readonly email: string },
  now: Date,
): Promise<string> {
  const token = randomBytes(32).toString('base64url')
  await transaction('mailed_token').where({ user_id: user.id, purpose }).delete()
  await transaction('mailed_token').insert({
    token: hashed(token),
    purpose,
    user_id: user.id,
    email: user.email,
    expires_at: utcText(new Date(now.getTime() + goodMs[purpose])),
  })
  return token
}

interface Row {
  readonly user_id: number
  readonly email: string
}

/** Takes the token: it is gone when the transaction commits. @throws ApiError 400 */
export async function takeToken(
  transaction: Transaction,
  purpose: Purpose,
  token: string,
): Promise<{ readonly userId: number; readonly email: string }> {
  const row: Row | undefined = await transaction('mailed_token')
    .where({ token: hashed(token), purpose })
    .whereRaw('expires_at > UTC_TIMESTAMP()')
    .forUpdate()
    .first('user_id', 'email')
  if (!row) throw new ApiError(400, 'token_invalid', 'This link was used, or is too old')
  await transaction('mailed_token').where({ user_id: row.user_id, purpose }).delete()
  return { userId: row.user_id, email: row.email }
}

export async function sweepTokens(on: Queryable): Promise<void> {
  await on('mailed_token').whereRaw('expires_at <= UTC_TIMESTAMP()').limit(1000).delete()
}
