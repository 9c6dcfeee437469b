/**
 * What was asked of the payment provider and what it said: one charge and one refund for an order at
 * most, written before the provider is asked.
 *
 * @module
 */
import { isDuplicate, type Queryable, type Transaction } from '@bookshop/kit/database'
import { utcText } from '@bookshop/kit/instants'

export type TransactionKind = 'charge' | 'refund'
export type TransactionState = 'pending' | 'succeeded' | 'declined'

export interface PaymentTransaction {
  readonly id: number
  readonly order_id: number
  readonly reference: string
  readonly kind: TransactionKind
  readonly state: TransactionState
  readonly amount_cents: number
  readonly provider: string
  readonly provider_payment: string | null
  readonly created_at: string
  readonly updated_at: string
}

export interface NewTransaction {
  readonly orderId: number
  readonly reference: string
  readonly kind: TransactionKind
  readonly amountCents: number
  readonly provider: string
}

/** False when it was opened before. */
export async function openTransaction(
  transaction: Transaction,
  { orderId, reference, kind, amountCents, provider }: NewTransaction,
  now: Date,
): Promise<boolean> {
  try {
    await transaction('payment_transaction').insert({
      order_id: orderId,
      reference,
      kind,
      state: 'pending',
      amount_cents: amountCents,
      provider,
      provider_payment: reference,
      created_at: utcText(now),
      updated_at: utcText(now),
    })
    return true
  } catch (error) {
    if (isDuplicate(error)) return false
    throw error
  }
}

/** True when this ended it; what has ended stays as it is. */
export async function endTransaction(
  transaction: Transaction,
  reference: string,
  kind: TransactionKind,
  state: Exclude<TransactionState, 'pending'>,
  now: Date,
): Promise<boolean> {
  const changed = await transaction('payment_transaction')
    .where({ reference, kind, state: 'pending' })
    .update({ state, updated_at: utcText(now) })
  return changed === 1
}

export const transactionsOf = (on: Queryable, orderId: number): Promise<PaymentTransaction[]> =>
  on('payment_transaction').where('order_id', orderId).orderBy('id').select()

export const findTransaction = (
  on: Queryable,
  reference: string,
  kind: TransactionKind,
): Promise<PaymentTransaction | undefined> =>
  on('payment_transaction').where({ reference, kind }).first()
