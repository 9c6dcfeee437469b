/**
 * Writes a new password: Argon2id in the service's own table, and the old shop's hash beside it while
 * a rollback is possible, so that rolling back locks nobody out.
 *
 * @module
 */
import type { Queryable } from '@bookshop/kit/database'
import { utcText } from '@bookshop/kit/instants'
import type { LegacyHash } from '../login/passwords.ts'

export async function storeArgon2(
  on: Queryable,
  userId: number,
  argon2: string,
  madeBeside: string,
  now: Date,
): Promise<void> {
  const row = { argon2, made_beside: madeBeside, updated_at: utcText(now) }
  await on('credential')
    .insert({ user_id: userId, ...row })
    .onConflict('user_id')
    .merge(row)
}

export async function storePassword(
  on: Queryable,
  userId: number,
  hashes: { readonly argon2: string; readonly legacy: LegacyHash },
  now: Date,
): Promise<void> {
  const { argon2, legacy } = hashes
  await on('account')
    .where({ id: userId })
    .update({ ...legacy, updated_at: utcText(now) })
  await storeArgon2(on, userId, argon2, legacy.legacy_hash, now)
}
