/**
 * The outcome of a payment reaches its order, whether its checkout began here or at the old shop.
 *
 * @module
 */
import { inTransaction, type Transaction } from '@bookshop/kit/database'
import { ApiError } from '@bookshop/kit/errors'
import { applyOutcome } from '../checkout/payment.ts'
import { lockSaga } from '../checkout/saga.ts'
import type { Shop } from '../shop.ts'
import { chargeDeclined, chargeSucceeded, lockOrder, type OrderAtHand } from './outcome.ts'
import { ProviderSilent } from './provider.ts'
import { findTransaction, openTransaction } from './transactions.ts'

export type Learnt = 'paid' | 'refunding' | 'declined' | 'nothing'

const noSuchPayment = (): ApiError =>
  new ApiError(404, 'not_found', 'No such payment was asked for here')

const lateDetail = 'cancelled: the payment was declined'

/** The charge of an order that came from the old shop still waiting for it: none was opened here. */
async function adoptCharge(
  transaction: Transaction,
  order: OrderAtHand,
  provider: string,
  now: Date,
): Promise<void> {
  const { id, reference, total_cents, payment_method, payment_status } = order
  const waits = payment_status === 'open' || payment_status === 'refused'
  if (payment_method !== 'card' || !waits) return
  const charge = { orderId: id, reference, kind: 'charge', amountCents: total_cents } as const
  await openTransaction(transaction, { ...charge, provider }, now)
}

/** Learning it twice changes nothing. Errors: 404. */
export async function learnPayment(
  shop: Shop,
  transaction: Transaction,
  reference: string,
  outcome: 'succeeded' | 'declined',
): Promise<Learnt> {
  const saga = await lockSaga(transaction, reference)
  const order = await lockOrder(transaction, reference)
  if (!order) throw noSuchPayment()
  if (saga) return applyOutcome(shop, transaction, saga, outcome)
  const provider = shop.payments.name
  const now = shop.now()
  await adoptCharge(transaction, order, provider, now)
  if (outcome === 'succeeded') return chargeSucceeded(transaction, order, provider, now)
  return (await chargeDeclined(transaction, order, lateDetail, now)) ? 'declined' : 'nothing'
}

/**
 * Asks what became of a charge that this service knows as pending: the old shop may have been told
 * while it owned the orders.
 */
export async function askCharge(shop: Shop, reference: string): Promise<void> {
  const charge = await findTransaction(shop.database, reference, 'charge')
  if (charge?.state !== 'pending') return
  const found = await shop.payments.find(reference).catch((error: unknown) => {
    if (error instanceof ProviderSilent) return 'pending' as const
    throw error
  })
  if (found !== 'succeeded' && found !== 'declined') return
  await inTransaction(shop.database, (transaction) =>
    learnPayment(shop, transaction, reference, found),
  )
}
