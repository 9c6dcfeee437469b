/**
 * What a payment's outcome does to its order. Whoever learns it, the checkout itself or a callback,
 * calls these inside a transaction; learning it twice changes nothing.
 *
 * @module
 */
import type { Transaction } from '@bookshop/kit/database'
import { utcText } from '@bookshop/kit/instants'
import { announce } from '../events/orderEvents.ts'
import { record } from '../orders/history.ts'
import type { OrderStatus, PaymentStatus } from '../orders/status.ts'
import { endTransaction, openTransaction } from './transactions.ts'

export interface OrderAtHand {
  readonly id: number
  readonly reference: string
  readonly user_id: number
  readonly status: OrderStatus
  readonly total_cents: number
  readonly payment_status: PaymentStatus
  readonly payment_method: string
}

/** The order's row, locked. */
export async function lockOrder(
  transaction: Transaction,
  reference: string,
): Promise<OrderAtHand | null> {
  const row = await transaction('order').where({ reference }).forUpdate().first()
  if (!row) return null
  const payment = await transaction('order_payment_detail')
    .where('order_id', row.id)
    .forUpdate()
    .first('status', 'method')
  return { ...row, payment_status: payment.status, payment_method: payment.method }
}

const setPayment = (
  transaction: Transaction,
  orderId: number,
  status: PaymentStatus,
  paidAt?: string,
) =>
  transaction('order_payment_detail')
    .where('order_id', orderId)
    .update({ status, ...(paidAt === undefined ? {} : { paid_at: paidAt }) })

const setStatus = (transaction: Transaction, orderId: number, status: OrderStatus, now: Date) =>
  transaction('order')
    .where('id', orderId)
    .update({ status, updated_at: utcText(now) })

/**
 * The money has come. An order that was cancelled meanwhile does not come back: the money goes back.
 * What staff have marked as paid is paid.
 */
export async function chargeSucceeded(
  transaction: Transaction,
  order: OrderAtHand,
  provider: string,
  now: Date,
): Promise<'paid' | 'refunding' | 'nothing'> {
  const first = await endTransaction(transaction, order.reference, 'charge', 'succeeded', now)
  if (!first) return 'nothing'
  if (order.status === 'cancelled') {
    await askRefund(transaction, order, provider, now)
    return 'refunding'
  }
  if (order.payment_status !== 'open') return 'nothing'
  await setPayment(transaction, order.id, 'paid', utcText(now))
  if (order.status === 'placed') {
    await setStatus(transaction, order.id, 'paid', now)
    const paid = { status: 'paid', detail: 'paid by card', byUser: order.user_id } as const
    await record(transaction, order.id, paid, now)
  }
  await announce(transaction, order.id, 'order.paid')
  return 'paid'
}

/** No money will come: the order is off. */
export async function chargeDeclined(
  transaction: Transaction,
  order: OrderAtHand,
  detail: string,
  now: Date,
): Promise<boolean> {
  const first = await endTransaction(transaction, order.reference, 'charge', 'declined', now)
  if (!first) return false
  await callOff(transaction, order, detail, now)
  return true
}

/** Cancels an order that nobody has paid for. The charge may still come: see `chargeSucceeded`. */
export async function callOff(
  transaction: Transaction,
  order: OrderAtHand,
  detail: string,
  now: Date,
): Promise<void> {
  if (order.payment_status === 'open') await setPayment(transaction, order.id, 'refused')
  if (order.status !== 'placed') return
  await setStatus(transaction, order.id, 'cancelled', now)
  await record(transaction, order.id, { status: 'cancelled', detail }, now)
  await announce(transaction, order.id, 'order.cancelled')
}

/** Opens the refund; `finishRefunds` asks the provider for it. False when it was asked before. */
export const askRefund = (
  transaction: Transaction,
  order: Pick<OrderAtHand, 'id' | 'reference' | 'total_cents'>,
  provider: string,
  now: Date,
): Promise<boolean> =>
  openTransaction(
    transaction,
    {
      orderId: order.id,
      reference: order.reference,
      kind: 'refund',
      amountCents: order.total_cents,
      provider,
    },
    now,
  )

/** The money went back. */
export async function refundSucceeded(
  transaction: Transaction,
  order: OrderAtHand,
  now: Date,
): Promise<boolean> {
  const first = await endTransaction(transaction, order.reference, 'refund', 'succeeded', now)
  if (!first) return false
  await setPayment(transaction, order.id, 'refunded')
  await transaction('order')
    .where('id', order.id)
    .update({ updated_at: utcText(now) })
  await announce(transaction, order.id, 'order.updated')
  return true
}
