/**
 * Staff move an order on. A returned or cancelled book is put back by hand, after a look at it, and
 * money is given back by a refund that somebody asks for.
 *
 * @module
 */
import { inTransaction, type Transaction } from '@bookshop/kit/database'
import { ApiError, invalid } from '@bookshop/kit/errors'
import { type Body, optionalText } from '@bookshop/kit/input'
import { utcText } from '@bookshop/kit/instants'
import { announce, type OrderEvent } from '../events/orderEvents.ts'
import type { Shop } from '../shop.ts'
import { record } from './history.ts'
import { noSuchOrder } from './order.ts'
import { nextStatuses, type OrderStatus, orderStatuses } from './status.ts'

export interface StatusChange {
  readonly status: OrderStatus
  readonly trackingNumber: string | null
  readonly detail: string | null
  /** The account that did it; null: a provider's callback. */
  readonly byUser: number | null
}

export function readStatusChange(body: Body, byUser: number): StatusChange {
  const status = orderStatuses.find((one) => one === body.status)
  if (!status) throw invalid('status', orderStatuses.join(', '))
  return {
    status,
    trackingNumber: optionalText(body, 'tracking_number', 40),
    detail: optionalText(body, 'detail', 300),
    byUser,
  }
}

const eventOf = (status: OrderStatus): OrderEvent => {
  if (status === 'paid' || status === 'shipped' || status === 'cancelled') return `order.${status}`
  return 'order.updated'
}

/** True when the order changed; false when it had this status already. Errors: 404, 409. */
export async function moveOrder(
  transaction: Transaction,
  id: number,
  change: StatusChange,
  at: Date,
): Promise<boolean> {
  const { status, trackingNumber, detail, byUser } = change
  const row = await transaction('order').where('id', id).forUpdate().first('status')
  if (!row) throw noSuchOrder()
  const now = row.status as OrderStatus
  if (now === status) return false
  if (!nextStatuses[now].includes(status)) {
    throw new ApiError(409, 'status_not_next', `An order that is ${now} cannot become ${status}`)
  }
  await transaction('order')
    .where('id', id)
    .update({
      status,
      updated_at: utcText(at),
      ...(trackingNumber === null ? {} : { tracking_number: trackingNumber }),
      ...(status === 'shipped' ? { shipped_at: utcText(at) } : {}),
      ...(status === 'delivered' ? { delivered_at: utcText(at) } : {}),
    })
  if (status === 'paid') {
    await transaction('order_payment_detail')
      .where('order_id', id)
      .update({ status: 'paid', paid_at: utcText(at) })
  }
  await record(transaction, id, { status, detail, byUser }, at)
  await announce(transaction, id, eventOf(status))
  return true
}

export const changeStatus = (shop: Shop, id: number, change: StatusChange): Promise<boolean> =>
  inTransaction(shop.database, (transaction) => moveOrder(transaction, id, change, shop.now()))
