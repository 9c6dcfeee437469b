/**
 * Orders as the API shows them, and what staff do with them.
 *
 * @module
 */
import { type Database, marks, type Sql } from '../database.ts'
import { conflict, invalid, notFound } from '../errors.ts'
import { type Body, onlyFields, optionalText } from '../input.ts'
import type { ShowTime } from '../localTime.ts'
import {
  nextStatuses,
  type OrderStatus,
  orderStatuses,
  paymentStatuses,
  stockStates,
} from './codes.ts'

interface OrderRow {
  readonly id: number
  readonly reference: string
  readonly user_id: number
  readonly status: number
  readonly stock_state: number
  readonly items_total: string
  readonly shipping_cost: string
  readonly total: string
  readonly payment_method: string
  readonly payment_status: number
  readonly card_last4: string | null
  readonly paid: string | null
  readonly ship_name: string
  readonly ship_street: string
  readonly ship_city: string
  readonly ship_postcode: string | null
  readonly ship_country: string
  readonly ship_phone: string | null
  readonly shipping_method: string
  readonly tracking_number: string | null
  readonly shipped: string | null
  readonly delivered: string | null
  readonly gift: string
  readonly note: string | null
  readonly created: string
  readonly updated: string
}
interface ItemRow {
  readonly order_id: number
  readonly line: number
  readonly book_id: number
  readonly title: string
  readonly quantity: number
  readonly price: string
}

function show(row: OrderRow, items: readonly ItemRow[], time: ShowTime) {
  const when = (value: string | null) => (value === null ? null : time(value))
  return {
    id: row.id,
    reference: row.reference,
    user_id: row.user_id,
    status: orderStatuses[row.status] ?? 'placed',
    stock: stockStates[row.stock_state] ?? 'taken',
    items_total: row.items_total,
    shipping_cost: row.shipping_cost,
    total: row.total,
    items: items.filter((item) => item.order_id === row.id).map(({ order_id: _, ...item }) => item),
    payment: {
      method: row.payment_method,
      status: paymentStatuses[row.payment_status] ?? 'open',
      card_last4: row.card_last4,
      paid: when(row.paid),
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
      shipped: when(row.shipped),
      delivered: when(row.delivered),
    },
    gift: row.gift === 'Y',
    note: row.note,
    created: time(row.created),
    updated: time(row.updated),
  }
}
export type Order = ReturnType<typeof show>

async function load(
  sql: Sql,
  time: ShowTime,
  where: string,
  values: readonly (string | number)[],
): Promise<readonly Order[]> {
  const rows = await sql.query<OrderRow>(`SELECT * FROM orders WHERE ${where}`, values)
  if (rows.length === 0) return []
  const items = await sql.query<ItemRow>(
    `SELECT order_id, line, book_id, title, quantity, price FROM order_items
     WHERE order_id IN (${marks(rows)}) ORDER BY order_id, line`,
    rows.map((row) => row.id),
  )
  return rows.map((row) => show(row, items, time))
}

export async function orderByReference(sql: Sql, time: ShowTime, reference: string) {
  return (await load(sql, time, 'reference = ?', [reference]))[0] ?? null
}

export const ordersOf = (sql: Sql, time: ShowTime, userId: number, limit = 50) =>
  load(sql, time, 'user_id = ? ORDER BY id DESC LIMIT ?', [userId, limit])

/** An order of this customer; staff (userId null) see everybody's. */
export async function findOrder(sql: Sql, time: ShowTime, id: number, userId: number | null) {
  const order = (await load(sql, time, 'id = ?', [id]))[0]
  if (!order || (userId !== null && order.user_id !== userId)) throw notFound('order')
  return order
}

export async function eventsOf(sql: Sql, time: ShowTime, orderId: number) {
  const rows = await sql.query<{ status: number; detail: string | null; created: string }>(
    'SELECT status, detail, created FROM order_events WHERE order_id = ? ORDER BY id',
    [orderId],
  )
  return rows.map((row) => ({
    status: orderStatuses[row.status] ?? 'placed',
    detail: row.detail,
    at: time(row.created),
  }))
}

export interface StatusChange {
  readonly next: OrderStatus
  readonly tracking: string | null
  readonly detail: string | null
  /** The account that did it; null: a provider's callback. */
  readonly byUser: number | null
}

/** False when it had this status already. Errors: 409 `status_not_next`. */
export async function moveOrder(
  sql: Sql,
  order: { readonly id: number; readonly status: number },
  { next, tracking, detail, byUser }: StatusChange,
): Promise<boolean> {
  const now = orderStatuses[order.status] ?? 'placed'
  if (now === next) return false
  if (!nextStatuses[now].includes(next)) {
    throw conflict('status_not_next', `an order that is ${now} cannot become ${next}`)
  }
  const code = orderStatuses.indexOf(next)
  const stamp =
    next === 'shipped' ? ', shipped = NOW()' : next === 'delivered' ? ', delivered = NOW()' : ''
  const paid = next === 'paid' ? ', payment_status = 1, paid = NOW()' : ''
  await sql.run(
    `UPDATE orders SET status = ?, tracking_number = COALESCE(?, tracking_number),
       updated = NOW()${stamp}${paid} WHERE id = ?`,
    [code, tracking, order.id],
  )
  await sql.run(
    'INSERT INTO order_events (order_id, status, detail, by_user, created) VALUES (?, ?, ?, ?, NOW())',
    [order.id, code, detail, byUser],
  )
  return true
}

/** Staff move an order on. A returned or cancelled book is put back by hand, after a look at it. */
export async function changeStatus(db: Database, id: number, body: Body, staffId: number) {
  onlyFields(body, ['status', 'tracking_number', 'detail', 'reference'])
  const next = orderStatuses.find((status) => status === body.status)
  if (!next) throw invalid('status', orderStatuses.join(', '))
  const tracking = optionalText(body, 'tracking_number', 40)
  const detail = optionalText(body, 'detail', 300)
  await db.transaction(async (sql) => {
    const [order] = await sql.query<{ id: number; status: number }>(
      'SELECT id, status FROM orders WHERE id = ? FOR UPDATE',
      [id],
    )
    if (!order) throw notFound('order')
    await moveOrder(sql, order, { next, tracking, detail, byUser: staffId })
  })
}
