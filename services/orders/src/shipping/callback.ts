/**
 * What the carrier tells later on: the parcel is on its way, it has arrived. Each event once in
 * effect; one that comes too late or out of turn changes the shipment, never the order backwards.
 *
 * @module
 */
import { handleOnce } from '@bookshop/kit/consumer'
import type { Transaction } from '@bookshop/kit/database'
import { ApiError } from '@bookshop/kit/errors'
import { utcText } from '@bookshop/kit/instants'
import { moveOrder } from '../orders/changeStatus.ts'
import { nextStatuses, type OrderStatus } from '../orders/status.ts'
import type { Shop } from '../shop.ts'

export interface ParcelCallback {
  /** The carrier's own id of the event, a UUID. */
  readonly event: string
  /** The order's reference. */
  readonly order: string
  readonly outcome: 'shipped' | 'delivered'
  readonly tracking_number: string
}

export type ParcelEffect = 'shipped' | 'delivered' | 'nothing' | 'duplicate'

/** Steps an order may take at once when an event overtook another. */
const pathTo: Readonly<Record<'shipped' | 'delivered', readonly OrderStatus[]>> = {
  shipped: ['shipped'],
  delivered: ['shipped', 'delivered'],
}

/** Errors: 404. */
export async function parcelCallback(
  shop: Shop,
  provider: string,
  callback: ParcelCallback,
): Promise<ParcelEffect> {
  let changed = false
  const { event, order, outcome } = callback
  const received = { id: event, type: `parcel.${outcome}`, aggregateId: order, payload: {} }
  const handled = await handleOnce(shop.database, `parcels:${provider}`, received, async (tx) => {
    changed = await apply(shop, tx, callback)
  })
  const effect = handled === 'duplicate' ? 'duplicate' : changed ? outcome : 'nothing'
  shop.metrics.callbacks.inc({ provider: 'parcel', effect })
  return effect
}

async function apply(
  shop: Shop,
  transaction: Transaction,
  { order: reference, outcome, tracking_number }: ParcelCallback,
): Promise<boolean> {
  const row = await transaction('order').where({ reference }).forUpdate().first()
  if (!row) throw new ApiError(404, 'not_found', 'No such parcel was asked for here')
  const now = shop.now()
  await transaction('shipment')
    .where('order_id', row.id)
    .whereNot('state', 'delivered')
    .update({ state: outcome, tracking_number, updated_at: utcText(now) })
  let status = row.status as OrderStatus
  let changed = false
  for (const next of pathTo[outcome]) {
    if (!nextStatuses[status].includes(next)) continue
    const detail = next === 'shipped' ? 'handed to the carrier' : 'delivered by the carrier'
    const change = { status: next, trackingNumber: tracking_number, detail, byUser: null }
    changed = (await moveOrder(transaction, row.id, change, now)) || changed
    status = next
  }
  return changed
}
