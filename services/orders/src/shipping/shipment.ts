/**
 * The parcel of an order, as this service knows it from the carrier.
 *
 * @module
 */
import type { Queryable } from '@bookshop/kit/database'
import type { ShowInstant } from '@bookshop/kit/instants'

export type ShipmentState = 'asked' | 'booked' | 'refused' | 'shipped' | 'delivered'

export interface ShipmentRow {
  readonly order_id: number
  readonly provider: string
  readonly state: ShipmentState
  readonly tracking_number: string | null
  readonly asked_by: number | null
  readonly created_at: string
  readonly updated_at: string
}

export const readShipment = (on: Queryable, orderId: number): Promise<ShipmentRow | undefined> =>
  on('shipment').where('order_id', orderId).first()

export const toShipment = (row: ShipmentRow, show: ShowInstant) => ({
  order_id: row.order_id,
  carrier: row.provider,
  state: row.state,
  tracking_number: row.tracking_number,
  created: show(row.created_at),
  updated: show(row.updated_at),
})
