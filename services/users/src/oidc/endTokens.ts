/**
 * Ends what was issued: the provider's records of a grant go, and its refresh tokens with them. An
 * access token that is out already is good for the rest of its short life, except here.
 *
 * @module
 */
import type { Queryable } from '@bookshop/kit/database'
import { utcText } from '@bookshop/kit/instants'

export type Whose =
  | { readonly grantId: string }
  | { readonly cookieHash: string }
  | { readonly userId: number; readonly exceptCookie: string | null }

export async function endTokens(on: Queryable, whose: Whose, now: Date): Promise<void> {
  const sessions = on('token_session').whereNull('ended_at')
  if ('grantId' in whose) sessions.where({ grant_id: whose.grantId })
  else if ('cookieHash' in whose) sessions.where({ cookie_hash: whose.cookieHash })
  else {
    sessions.where({ user_id: whose.userId })
    if (whose.exceptCookie !== null) sessions.whereNot({ cookie_hash: whose.exceptCookie })
  }
  const grants: string[] = await sessions.pluck('grant_id')
  if (grants.length === 0) return
  await on('token_session')
    .whereIn('grant_id', grants)
    .update({ ended_at: utcText(now) })
  await on('oidc_record').whereIn('grant_id', grants).delete()
  await on('oidc_record').where({ kind: 'Grant' }).whereIn('id', grants).delete()
}
