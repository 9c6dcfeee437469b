/**
 * Hands a packed order to the carrier: the wish is written first, then the carrier is asked until it
 * has answered.
 *
 * @module
 */
import { inTransaction, isDuplicate } from '@bookshop/kit/database'
import { inTime } from '@bookshop/kit/deadline'
import { ApiError } from '@bookshop/kit/errors'
import { utcText } from '@bookshop/kit/instants'
import { announce } from '../events/orderEvents.ts'
import { later, utcMillis } from '../instants.ts'
import { findRow, noSuchOrder } from '../orders/order.ts'
import type { Shop } from '../shop.ts'
import { CarrierSilent } from './provider.ts'
import { readShipment, type ShipmentRow } from './shipment.ts'

const retryMs = 1000

const outOfTime = (): CarrierSilent =>
  new CarrierSilent('the time of the request was over before the carrier answered')

/** Errors: 404, 409 `not_packed`. A repeat answers with the shipment that stands. */
export async function askForParcel(
  shop: Shop,
  orderId: number,
  byUser: number,
): Promise<ShipmentRow> {
  await inTransaction(shop.database, async (transaction) => {
    const order = await transaction('order').where('id', orderId).forUpdate().first()
    if (!order) throw noSuchOrder()
    if (await readShipment(transaction, orderId)) return
    if (order.status !== 'packed') {
      throw new ApiError(409, 'not_packed', `The order is ${order.status}, not packed`)
    }
    const now = shop.now()
    await transaction('shipment').insert({
      order_id: orderId,
      provider: shop.parcels.name,
      state: 'asked',
      asked_by: byUser,
      created_at: utcText(now),
      updated_at: utcText(now),
    })
  }).catch((error: unknown) => {
    // Two asked at once: one row stands.
    if (!isDuplicate(error)) throw error
  })
  await bookParcel(shop, String(orderId))
  const row = await readShipment(shop.database, orderId)
  if (!row) throw noSuchOrder()
  return row
}

/** The ids of orders whose carrier has not answered yet, as text. */
export async function openParcels({ database, now }: Shop, limit: number): Promise<string[]> {
  const ids: number[] = await database('shipment')
    .where('state', 'asked')
    .where((due) => due.whereNull('due_at').orWhere('due_at', '<=', utcMillis(now())))
    .limit(limit)
    .pluck('order_id')
  return ids.map(String)
}

export async function bookParcel(shop: Shop, orderId: string): Promise<void> {
  const { database } = shop
  const id = Number(orderId)
  const open = await database('shipment').where({ order_id: id, state: 'asked' }).first()
  if (!open) return
  const order = await findRow(database, id, null)
  try {
    const booking = await inTime(outOfTime, () =>
      shop.parcels.book({
        orderReference: order.reference,
        method: order.shipping_method,
        postcode: order.ship_postcode,
        country: order.ship_country,
      }),
    )
    await inTransaction(database, async (transaction) => {
      const now = utcText(shop.now())
      const number = booking.kind === 'booked' ? booking.trackingNumber : null
      const changed = await transaction('shipment')
        .where({ order_id: id, state: 'asked' })
        .update({ state: booking.kind, tracking_number: number, updated_at: now })
      if (changed !== 1 || number === null) return
      await transaction('order')
        .where('id', id)
        .update({ tracking_number: number, updated_at: now })
      await announce(transaction, id, 'order.updated')
    })
  } catch (error) {
    if (!(error instanceof CarrierSilent)) throw error
    await database('shipment')
      .where({ order_id: id, state: 'asked' })
      .update({ due_at: later(shop.now(), retryMs) })
  }
}
