/**
 * Money goes back: the refund is written first and then asked for, again and again until the provider
 * has said yes. The provider refunds once however often it is asked.
 *
 * @module
 */
import { inTransaction } from '@bookshop/kit/database'
import { inTime } from '@bookshop/kit/deadline'
import { ApiError } from '@bookshop/kit/errors'
import { record } from '../orders/history.ts'
import { findRow } from '../orders/order.ts'
import type { Shop } from '../shop.ts'
import { askCharge } from './learn.ts'
import { askRefund, lockOrder, refundSucceeded } from './outcome.ts'
import { outOfTime } from './provider.ts'
import { findTransaction } from './transactions.ts'

/** Asks for the refund of this order, if one is open. False when none is. */
export async function finishRefund(shop: Shop, reference: string): Promise<boolean> {
  const open = await findTransaction(shop.database, reference, 'refund')
  if (open?.state !== 'pending') return false
  await mayWrite(shop, open.order_id)
  const outcome = await inTime(outOfTime, () => shop.payments.refund(reference, open.amount_cents))
  shop.reached('refunded')
  if (outcome !== 'succeeded') return false
  return inTransaction(shop.database, async (transaction) => {
    const order = await lockOrder(transaction, reference)
    return order ? refundSucceeded(transaction, order, shop.now()) : false
  })
}

/** Refused by the database where another store owns the orders: money must not move then. */
const mayWrite = async ({ database }: Shop, orderId: number): Promise<void> => {
  await database('order')
    .where('id', orderId)
    .update({ status: database.ref('status') })
}

/** The references of all open refunds, oldest first. */
export const openRefunds = ({ database }: Shop, limit: number): Promise<string[]> =>
  database('payment_transaction')
    .where({ kind: 'refund', state: 'pending' })
    .orderBy('updated_at')
    .limit(limit)
    .pluck('reference')

const notRefundable = (why: string): ApiError => new ApiError(409, 'not_refundable', why)

/** Staff give the money of an order back. Errors: 404, 409 `not_refundable`. */
export async function refundOrder(shop: Shop, orderId: number, byUser: number): Promise<void> {
  const { reference } = await findRow(shop.database, orderId, null)
  await askCharge(shop, reference)
  await inTransaction(shop.database, async (transaction) => {
    const order = await lockOrder(transaction, reference)
    if (!order) return
    const charge = await findTransaction(transaction, reference, 'charge')
    if (charge?.state !== 'succeeded') {
      throw notRefundable('No charge of this order went through this provider')
    }
    if (!(await askRefund(transaction, order, shop.payments.name, shop.now()))) return
    const { status } = order
    await record(transaction, order.id, { status, detail: 'refund asked', byUser }, shop.now())
  })
  await finishRefund(shop, reference).catch((error: unknown) => {
    shop.log.warn({ err: error }, 'refund.later')
  })
}
