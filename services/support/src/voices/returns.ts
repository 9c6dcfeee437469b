/**
 * Returns: a line of an order, and how many copies of it come back.
 *
 * @module
 */
import { ServiceUnavailable } from '@bookshop/kit/client'
import type { Database } from '@bookshop/kit/database'
import { ApiError, invalid } from '@bookshop/kit/errors'
import { type Body, optionalReference, text, whole } from '@bookshop/kit/input'
import { type ShowInstant, utcText } from '@bookshop/kit/instants'
import type { Caller } from '../caller.ts'
import { announce } from '../events.ts'
import type { Order } from '../neighbours/orders.ts'
import { type Inserted, insertOnce } from '../repeat.ts'
import type { Support } from '../support.ts'
import { orderIdIn, orderOf } from '../tickets/order.ts'

export const returnStatuses = ['asked', 'accepted', 'refused', 'refunded'] as const
export type ReturnStatus = (typeof returnStatuses)[number]

const listed = 50

/** Nothing about a return can be said without the order: the caller tries again. */
const ordersUnavailable = (cause: unknown): ApiError =>
  new ApiError(503, 'orders_unavailable', 'Your order cannot be looked at now; try again', {
    headers: { 'Retry-After': '2' },
    cause,
  })

async function orderForReturn(support: Support, caller: Caller, id: number): Promise<Order> {
  try {
    return await orderOf(support.orders, caller, id)
  } catch (error) {
    if (!(error instanceof ServiceUnavailable)) throw error
    support.metrics.missing.inc({ service: 'orders' })
    throw ordersUnavailable(error)
  }
}

export async function askReturn(support: Support, caller: Caller, body: Body): Promise<Inserted> {
  const line = whole(body, 'line', 1, 1000)
  const quantity = whole(body, 'quantity', 1, 999)
  const reason = text(body, 'reason', 500)
  const reference = optionalReference(body)
  const orderId = orderIdIn(body)
  if (orderId === null) throw invalid('order_id', 'the order that the book came with')
  const order = await orderForReturn(support, caller, orderId)
  const bought = order.lines.find((one) => one.line === line)
  if (!bought) throw invalid('line', 'the order has no such line')
  if (quantity > bought.quantity) throw invalid('quantity', 'more than were bought')
  const { database, now } = support
  return insertOnce(database, 'return_request', reference, caller.id, async (transaction) => {
    const [id = 0] = await transaction('return_request').insert({
      reference,
      user_id: caller.id,
      order_id: orderId,
      line,
      quantity,
      reason,
      created_at: utcText(now()),
    })
    await announce(transaction, 'ticket.opened', {
      kind: 'return',
      id,
      userId: caller.id,
      ticketId: null,
      agentId: null,
      byId: caller.id,
      fromStaff: false,
    })
    return id
  })
}

interface ReturnRow {
  readonly id: number
  readonly reference: string | null
  readonly order_id: number
  readonly line: number
  readonly quantity: number
  readonly reason: string
  readonly status: ReturnStatus
  readonly created_at: string
}

/** The latest 50 of one customer, newest first. */
export async function listReturns(database: Database, show: ShowInstant, userId: number) {
  const rows: ReturnRow[] = await database('return_request')
    .where({ user_id: userId })
    .orderBy('id', 'desc')
    .limit(listed)
    .select('id', 'reference', 'order_id', 'line', 'quantity', 'reason', 'status', 'created_at')
  return rows.map(({ created_at, ...row }) => ({ ...row, created: show(created_at) }))
}
