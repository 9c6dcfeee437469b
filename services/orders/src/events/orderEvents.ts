/**
 * Tells other services what became of an order: a row of the outbox, in the transaction that changes
 * it. services/asyncapi.yaml describes the messages.
 *
 * @module
 */
import type { Transaction } from '@bookshop/kit/database'
import { moneyText } from '@bookshop/kit/money'
import { emit } from '@bookshop/kit/outbox'
import { lineRows, orderRows } from '../orders/order.ts'

export type OrderEvent =
  | 'order.created'
  | 'order.paid'
  | 'order.updated'
  | 'order.cancelled'
  | 'order.shipped'

const isoOf = (utc: string): string => `${utc.replace(' ', 'T')}Z`

/** The order as it stands now, after the change. */
export async function announce(
  transaction: Transaction,
  orderId: number,
  type: OrderEvent,
): Promise<void> {
  const [order] = await orderRows(transaction).where('o.id', orderId)
  if (!order) throw new TypeError('an event of an order that is not there')
  const lines = await lineRows(transaction, [orderId])
  await emit(transaction, {
    aggregateType: 'order',
    aggregateId: String(orderId),
    type,
    payload: {
      order_id: orderId,
      reference: order.reference,
      user_id: order.user_id,
      status: order.status,
      stock: order.stock,
      payment: { method: order.payment_method, status: order.payment_status },
      total: moneyText(order.total_cents),
      items: lines.map(({ line, book_id, quantity, price_cents }) => ({
        line,
        book_id,
        quantity,
        price: moneyText(price_cents),
      })),
      tracking_number: order.tracking_number,
      created: isoOf(order.created_at),
      updated: isoOf(order.updated_at),
    },
  })
}
