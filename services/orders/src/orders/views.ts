/**
 * What the old shop never showed: who changed an order, what was asked of the payment provider, and
 * every book that an account ever ordered.
 *
 * @module
 */
import type { Queryable } from '@bookshop/kit/database'
import type { ShowInstant } from '@bookshop/kit/instants'
import { moneyText } from '@bookshop/kit/money'
import { transactionsOf } from '../payments/transactions.ts'
import { happenings } from './history.ts'
import type { OrderRow } from './order.ts'
import type { OrderStatus } from './status.ts'

export const historyOf = async (on: Queryable, show: ShowInstant, order: OrderRow) => ({
  order_id: order.id,
  items: (await happenings(on, order.id)).map(({ status, detail, by_user, created_at }) => ({
    status,
    detail,
    by: by_user === null ? 'shop' : by_user === order.user_id ? 'customer' : 'staff',
    at: show(created_at),
  })),
})

export const paymentOf = async (on: Queryable, show: ShowInstant, order: OrderRow) => ({
  order_id: order.id,
  method: order.payment_method,
  status: order.payment_status,
  card_last4: order.card_last4,
  paid: show(order.paid_at),
  total: moneyText(order.total_cents),
  transactions: (await transactionsOf(on, order.id)).map((one) => ({
    id: one.id,
    kind: one.kind,
    state: one.state,
    amount: moneyText(one.amount_cents),
    provider: one.provider,
    created: show(one.created_at),
    updated: show(one.updated_at),
  })),
})

interface PurchaseRow {
  readonly order_id: number
  readonly reference: string
  readonly book_id: number
  readonly title: string
  readonly quantity: number
  readonly price_cents: number
  readonly status: OrderStatus
  readonly created_at: string
}

export async function purchasesOf(
  on: Queryable,
  show: ShowInstant,
  userId: number,
  page: number,
  perPage: number,
) {
  const rows = await on('order as o')
    .join('order_detail as d', 'd.order_id', 'o.id')
    .where('o.user_id', userId)
    .orderBy([
      { column: 'o.id', order: 'desc' },
      { column: 'd.line', order: 'asc' },
    ])
    .limit(perPage)
    .offset((page - 1) * perPage)
    .select<PurchaseRow[]>(
      'd.order_id',
      'o.reference',
      'd.book_id',
      'd.title',
      'd.quantity',
      'd.price_cents',
      'o.status',
      'o.created_at',
    )
  const items = rows.map(({ price_cents, created_at, ...row }) => ({
    ...row,
    price: moneyText(price_cents),
    ordered: show(created_at),
  }))
  return { items, page, per_page: perPage }
}
