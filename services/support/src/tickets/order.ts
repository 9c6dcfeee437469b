/**
 * The order that somebody writes about: one of their own, for agents any.
 *
 * When the orders service is away, a ticket or a complaint is taken all the same: the number is kept as
 * a claim beside it (`order_claim`), since `order_id` must never name a stranger's order or none.
 *
 * @module
 */
import type { Transaction } from '@bookshop/kit/database'
import { invalid } from '@bookshop/kit/errors'
import { type Body, whole } from '@bookshop/kit/input'
import { utcText } from '@bookshop/kit/instants'
import type { Caller } from '../caller.ts'
import type { CaseKey } from '../events.ts'
import type { Missing } from '../neighbours/missing.ts'
import type { Order, Orders } from '../neighbours/orders.ts'

const highest = 2_147_483_647

/** Null when the body names none. */
export const orderIdIn = (body: Body): number | null =>
  body.order_id === undefined || body.order_id === null ? null : whole(body, 'order_id', 1, highest)

export const noSuchOrder = () => invalid('order_id', 'there is no such order')

/** @throws ApiError 400, ServiceUnavailable */
export async function orderOf(orders: Orders, caller: Caller, id: number): Promise<Order> {
  const order = await orders.visibleTo(caller, id)
  if (order === null) throw noSuchOrder()
  return order
}

/** `orderId` is checked, `claimed` could not be. */
export interface NamedOrder {
  readonly orderId: number | null
  readonly claimed: number | null
}

export async function namedOrder(
  orders: Orders,
  caller: Caller,
  body: Body,
  missing: Missing,
): Promise<NamedOrder> {
  const id = orderIdIn(body)
  if (id === null) return { orderId: null, claimed: null }
  const order = await missing.ask('orders', () => orderOf(orders, caller, id))
  return order === null ? { orderId: null, claimed: id } : { orderId: id, claimed: null }
}

export async function keepClaim(
  transaction: Transaction,
  { kind, id }: CaseKey,
  userId: number,
  claimed: number | null,
  now: Date,
): Promise<void> {
  if (claimed === null) return
  await transaction('order_claim').insert({
    kind,
    case_id: id,
    user_id: userId,
    order_id: claimed,
    created_at: utcText(now),
  })
}
