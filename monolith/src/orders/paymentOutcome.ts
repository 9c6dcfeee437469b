/**
 * What became of a card payment that an order waits for.
 *
 * @module
 */
import type { Shop } from '../context.ts'
import type { Sql } from '../database.ts'
import { notFound } from '../errors.ts'
import { log } from '../log.ts'
import {
  orderCancelled,
  orderPaid,
  orderPlaced,
  paymentOpen,
  paymentPaid,
  paymentRefused,
  stockReserved,
} from './codes.ts'
import { releaseStock, settleStock } from './reservedStock.ts'

export interface PaymentOutcome {
  /** Of the order; it is also the name under which the payment was asked for. */
  readonly reference: string
  readonly outcome: 'succeeded' | 'declined'
}

/** `refunding`: the order was cancelled before, and the money is to go back. */
export type PaymentEffect = 'paid' | 'refunding' | 'declined' | 'nothing'

interface OrderRow {
  readonly id: number
  readonly user_id: number
  readonly status: number
  readonly stock_state: number
  readonly payment_method: string
  readonly payment_status: number
}

async function update(
  sql: Sql,
  order: OrderRow,
  status: number,
  payment: number,
  happening: { readonly detail: string; readonly byUser: number | null } | null,
): Promise<void> {
  await sql.run(
    `UPDATE orders SET status = ?, payment_status = ?, updated = NOW()
       ${payment === paymentPaid ? ', paid = NOW()' : ''} WHERE id = ?`,
    [status, payment, order.id],
  )
  if (happening === null) return
  await sql.run(
    'INSERT INTO order_events (order_id, status, detail, by_user, created) VALUES (?, ?, ?, ?, NOW())',
    [order.id, status, happening.detail, happening.byUser],
  )
}

/** An order that was cancelled does not come back: staff see that its money came, and give it back. */
async function succeeded(sql: Sql, order: OrderRow): Promise<PaymentEffect> {
  const { status, payment_status: payment } = order
  if (status === orderCancelled && (payment === paymentOpen || payment === paymentRefused)) {
    const detail = 'the payment came after the order was cancelled: to be given back'
    await update(sql, order, status, paymentPaid, { detail, byUser: null })
    return 'refunding'
  }
  if (payment !== paymentOpen) return 'nothing'
  const moved = status === orderPlaced
  const paid = { detail: 'paid by card', byUser: order.user_id }
  await update(sql, order, moved ? orderPaid : status, paymentPaid, moved ? paid : null)
  return 'paid'
}

/** One that staff have moved on meanwhile stays, its payment refused. */
async function declined(sql: Sql, order: OrderRow): Promise<PaymentEffect> {
  if (order.payment_status !== paymentOpen) return 'nothing'
  const off = order.status === orderPlaced
  const why = { detail: 'cancelled: the payment was declined', byUser: null }
  await update(sql, order, off ? orderCancelled : order.status, paymentRefused, off ? why : null)
  return 'declined'
}

/** Errors: 404. */
export async function paymentOutcome(
  shop: Shop,
  { reference, outcome }: PaymentOutcome,
): Promise<PaymentEffect> {
  const known = await shop.db.transaction(async (sql) => {
    const [order] = await sql.query<OrderRow>(
      `SELECT id, user_id, status, stock_state, payment_method, payment_status
       FROM orders WHERE reference = ? FOR UPDATE`,
      [reference],
    )
    if (!order) throw notFound('payment')
    if (order.payment_method !== 'card') return { order, effect: 'nothing' as const }
    const effect = await (outcome === 'succeeded' ? succeeded : declined)(sql, order)
    return { order, effect }
  })
  await settle(shop, reference, known.order, known.effect)
  return known.effect
}

/** What fails is left to the recovery. */
async function settle(
  shop: Shop,
  reference: string,
  { status, stock_state }: OrderRow,
  effect: PaymentEffect,
): Promise<void> {
  if (effect === 'nothing' || stock_state !== stockReserved) return
  const off = status === orderCancelled || (effect === 'declined' && status === orderPlaced)
  await (off ? releaseStock : settleStock)(shop, reference).catch((failure: unknown) =>
    log('warn', 'payment.stock.later', { reference, error: String(failure) }),
  )
}
