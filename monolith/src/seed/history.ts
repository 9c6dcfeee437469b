/**
 * Orders of the past, with what hangs on them, and what happened to prices and stock.
 *
 * @module
 */
import { cents, money } from '../money.ts'
import { madePrice } from './bookRow.ts'
import type { Cells } from './people.ts'
import { moment, random } from './random.ts'

export interface PastOrder {
  readonly id: number
  readonly user: number
  readonly status: number
  readonly created: string
  readonly lines: readonly { readonly book: number; readonly quantity: number }[]
}

export function pastOrder(id: number, books: number, users: number): PastOrder {
  const from = random('order', id)
  const ids = new Set<number>()
  const wanted = Math.min(books, 1 + from.under(4))
  while (ids.size < wanted) ids.add(1 + from.under(books))
  return {
    id,
    user: 1 + from.under(users),
    status: from.pick([1, 2, 3, 4, 4, 4, 5, 6]),
    created: moment(from),
    lines: [...ids].sort((a, b) => a - b).map((book) => ({ book, quantity: 1 + from.under(3) })),
  }
}

/** How many copies of each book the past orders sold. */
export function soldCopies(orders: number, books: number, users: number): Map<number, number> {
  const sold = new Map<number, number>()
  for (let id = 1; id <= orders; id += 1) {
    for (const line of pastOrder(id, books, users).lines) {
      sold.set(line.book, (sold.get(line.book) ?? 0) + line.quantity)
    }
  }
  return sold
}

export const orderColumns = [
  'id',
  'reference',
  'user_id',
  'status',
  'stock_state',
  'items_total',
  'shipping_cost',
  'total',
  'payment_method',
  'payment_status',
  'payment_reference',
  'card_last4',
  'paid',
  'ship_name',
  'ship_street',
  'ship_city',
  'ship_postcode',
  'ship_country',
  'shipping_method',
  'tracking_number',
  'shipped',
  'delivered',
  'gift',
  'created',
  'updated',
] as const

export const orderReference = (id: number): string => `past-${id}`

export function orderRow(order: PastOrder): Cells {
  const from = random('shipping', order.id)
  const items = order.lines.reduce(
    (sum, line) => sum + cents(madePrice(line.book)) * BigInt(line.quantity),
    0n,
  )
  const shipped = order.status === 3 || order.status === 4 || order.status === 6
  return [
    order.id,
    orderReference(order.id),
    order.user,
    order.status,
    0,
    money(items),
    '4.90',
    money(items + 490n),
    from.pick(['card', 'transfer', 'cash']),
    1,
    `pay-${orderReference(order.id)}`,
    String(from.under(10_000)).padStart(4, '0'),
    order.created,
    from.pick(['Ana García', 'Юрій Шевченко', '村上 結衣', "Sinéad O'Connor"]),
    `Calle ${1 + from.under(180)}`,
    'Bogotá',
    '110111',
    'CO',
    'standard',
    shipped ? `TRK${String(order.id).padStart(9, '0')}` : null,
    shipped ? order.created : null,
    order.status === 4 ? order.created : null,
    from.chance(10) ? 'Y' : 'N',
    order.created,
    order.created,
  ]
}
