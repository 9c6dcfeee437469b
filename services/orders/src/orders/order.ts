/**
 * An order as clients of the shop know it, made from `order`, `order_payment_detail` and its
 * `order_detail` lines.
 *
 * @module
 */
import type { Queryable } from '@bookshop/kit/database'
import { ApiError } from '@bookshop/kit/errors'
import type { ShowInstant } from '@bookshop/kit/instants'
import { moneyText } from '@bookshop/kit/money'
import type { OrderStatus, PaymentStatus, StockState } from './status.ts'

export interface OrderRow {
  readonly id: number
  readonly reference: string
  readonly user_id: number
  readonly status: OrderStatus
  readonly stock: StockState
  readonly items_cents: number
  readonly shipping_cents: number
  readonly total_cents: number
  readonly ship_name: string
  readonly ship_street: string
  readonly ship_city: string
  readonly ship_postcode: string | null
  readonly ship_country: string
  readonly ship_phone: string | null
  readonly shipping_method: string
  readonly tracking_number: string | null
  readonly shipped_at: string | null
  readonly delivered_at: string | null
  readonly gift: number
  readonly note: string | null
  readonly created_at: string
  readonly updated_at: string
  readonly payment_method: string
  readonly payment_status: PaymentStatus
  readonly card_last4: string | null
  readonly paid_at: string | null
}

export interface LineRow {
  readonly order_id: number
  readonly line: number
  readonly book_id: number
  readonly title: string
  readonly quantity: number
  readonly price_cents: number
}

/** Orders with their payment; add conditions on `o`. */
export const orderRows = (on: Queryable) =>
  on('order as o')
    .join('order_payment_detail as p', 'p.order_id', 'o.id')
    .select<OrderRow[]>(
      'o.*',
      'p.method as payment_method',
      'p.status as payment_status',
      'p.card_last4',
      'p.paid_at',
    )

export const lineRows = (on: Queryable, orderIds: readonly number[]): Promise<LineRow[]> =>
  on('order_detail').whereIn('order_id', orderIds).orderBy(['order_id', 'line']).select()

function toOrder(row: OrderRow, lines: readonly LineRow[], show: ShowInstant) {
  return {
    id: row.id,
    reference: row.reference,
    user_id: row.user_id,
    status: row.status,
    stock: row.stock,
    items_total: moneyText(row.items_cents),
    shipping_cost: moneyText(row.shipping_cents),
    total: moneyText(row.total_cents),
    items: lines
      .filter((line) => line.order_id === row.id)
      .map(({ line, book_id, title, quantity, price_cents }) => ({
        line,
        book_id,
        title,
        quantity,
        price: moneyText(price_cents),
      })),
    payment: {
      method: row.payment_method,
      status: row.payment_status,
      card_last4: row.card_last4,
      paid: show(row.paid_at),
    },
    shipping: {
      name: row.ship_name,
      street: row.ship_street,
      city: row.ship_city,
      postcode: row.ship_postcode,
      country: row.ship_country,
      phone: row.ship_phone,
      method: row.shipping_method,
      tracking_number: row.tracking_number,
      shipped: show(row.shipped_at),
      delivered: show(row.delivered_at),
    },
    gift: row.gift === 1,
    note: row.note,
    created: show(row.created_at),
    updated: show(row.updated_at),
  }
}

export type Order = ReturnType<typeof toOrder>

async function shown(
  on: Queryable,
  rows: readonly OrderRow[],
  show: ShowInstant,
): Promise<readonly Order[]> {
  if (rows.length === 0) return []
  const lines = await lineRows(
    on,
    rows.map((row) => row.id),
  )
  return rows.map((row) => toOrder(row, lines, show))
}

export const noSuchOrder = (): ApiError => new ApiError(404, 'not_found', 'There is no such order')

/** An id as it stands in a path; anything but a positive whole number is no order. */
export function readOrderId(text: string | undefined): number {
  if (!/^[1-9]\d{0,9}$/.test(text ?? '') || Number(text) > 4_294_967_295) throw noSuchOrder()
  return Number(text)
}

/** Whose orders a caller may see: null is everybody's. */
export type Whose = number | null

/** The row of an order that the caller may see; another customer's is not there. */
export async function findRow(on: Queryable, id: number, whose: Whose): Promise<OrderRow> {
  const [row] = await orderRows(on).where('o.id', id)
  if (!row || (whose !== null && row.user_id !== whose)) throw noSuchOrder()
  return row
}

export async function findOrder(
  on: Queryable,
  show: ShowInstant,
  id: number,
  whose: Whose,
): Promise<Order> {
  const [order] = await shown(on, [await findRow(on, id, whose)], show)
  if (!order) throw noSuchOrder()
  return order
}

export async function orderByReference(
  on: Queryable,
  show: ShowInstant,
  reference: string,
): Promise<Order | null> {
  const rows = await orderRows(on).where('o.reference', reference)
  return (await shown(on, rows, show))[0] ?? null
}

/** The latest, newest first. */
export const ordersOf = async (
  on: Queryable,
  show: ShowInstant,
  userId: number,
  limit = 50,
): Promise<readonly Order[]> =>
  shown(
    on,
    await orderRows(on).where('o.user_id', userId).orderBy('o.id', 'desc').limit(limit),
    show,
  )
