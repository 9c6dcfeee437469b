/**
 * What happened to an order, in the order in which it happened. Nothing is ever changed in it.
 *
 * @module
 */
import type { Queryable, Transaction } from '@bookshop/kit/database'
import { type ShowInstant, utcText } from '@bookshop/kit/instants'
import type { OrderStatus } from './status.ts'

export interface HappeningRow {
  readonly id: number
  readonly status: OrderStatus
  readonly detail: string | null
  readonly by_user: number | null
  readonly created_at: string
}

export interface Happening {
  readonly status: OrderStatus
  readonly detail?: string | null
  /** The account that did it; null: the shop itself. */
  readonly byUser?: number | null
}

export async function record(
  transaction: Transaction,
  orderId: number,
  { status, detail = null, byUser = null }: Happening,
  now: Date,
): Promise<void> {
  await transaction('order_status_history').insert({
    order_id: orderId,
    status,
    detail,
    by_user: byUser,
    created_at: utcText(now),
  })
}

export const happenings = (on: Queryable, orderId: number): Promise<HappeningRow[]> =>
  on('order_status_history').where('order_id', orderId).orderBy('id').select()

/** As tracking shows them to customers: without who did it. */
export const publicHappenings = async (on: Queryable, show: ShowInstant, orderId: number) =>
  (await happenings(on, orderId)).map((row) => ({
    status: row.status,
    detail: row.detail,
    at: show(row.created_at),
  }))
