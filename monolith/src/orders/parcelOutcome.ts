/**
 * What the carrier says of an order's parcel. Too late or out of turn it changes nothing; an order
 * never goes backwards.
 *
 * @module
 */
import type { Database } from '../database.ts'
import { notFound } from '../errors.ts'
import { nextStatuses, type OrderStatus, orderStatuses } from './codes.ts'
import { moveOrder } from './orders.ts'

export interface ParcelOutcome {
  /** Of the order. */
  readonly reference: string
  readonly outcome: 'shipped' | 'delivered'
  readonly tracking: string
}

/** Steps that an order may take at once: one piece of news may overtake another. */
const pathTo: Readonly<Record<'shipped' | 'delivered', readonly OrderStatus[]>> = {
  shipped: ['shipped'],
  delivered: ['shipped', 'delivered'],
}

/** Errors: 404. */
export const parcelOutcome = (
  db: Database,
  { reference, outcome, tracking }: ParcelOutcome,
): Promise<'shipped' | 'delivered' | 'nothing'> =>
  db.transaction(async (sql) => {
    const [order] = await sql.query<{ id: number; status: number }>(
      'SELECT id, status FROM orders WHERE reference = ? FOR UPDATE',
      [reference],
    )
    if (!order) throw notFound('parcel')
    let { status } = order
    for (const next of pathTo[outcome]) {
      if (!nextStatuses[orderStatuses[status] ?? 'placed'].includes(next)) continue
      const detail = next === 'shipped' ? 'handed to the carrier' : 'delivered by the carrier'
      await moveOrder(sql, { id: order.id, status }, { next, tracking, detail, byUser: null })
      status = orderStatuses.indexOf(next)
    }
    return status === order.status ? 'nothing' : outcome
  })
