/**
 * What other services are told of accounts, in the transaction that changes them.
 *
 * @module
 */
import type { Transaction } from '@bookshop/kit/database'
import { emit } from '@bookshop/kit/outbox'
import { type UserRow, userOf, userRows } from './user.ts'

export type AccountEvent = 'user.changed' | 'user.disabled' | 'user.deleted'

export async function tell(
  transaction: Transaction,
  type: AccountEvent,
  userId: number,
): Promise<void> {
  const row: (UserRow & { active: number }) | undefined = await userRows(transaction)
    .select('a.active')
    .where({ 'a.id': userId })
    .first()
  if (!row) return
  const { id, name, roles } = userOf(row)
  await emit(transaction, {
    aggregateType: 'user',
    aggregateId: String(id),
    type,
    payload: { user_id: id, name, active: row.active === 1, roles },
  })
}
