/**
 * A carrier that behaves as the postcode says, with books of its own.
 *
 *   00000  does not go there
 *   00408  does not answer the first call, has booked
 *   00422  calls back twice for each event
 *   other  books, and calls back: on its way, arrived
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import { type Database, inTransaction, type Transaction } from '@bookshop/kit/database'
import { later, utcMillis } from '../instants.ts'
import { scheduleCallback } from '../providers/callbacks.ts'
import { CarrierSilent, type ParcelOrder, type ParcelProvider } from './provider.ts'

export const carrierName = 'simulated'

export interface SimulatedParcels {
  readonly database: Database
  /** Milliseconds from booking to shipping, and from there to delivery. */
  readonly callbackDelayMs: number
}

export function simulatedParcels({ database, callbackDelayMs }: SimulatedParcels): ParcelProvider {
  const announce = async (
    transaction: Transaction,
    order: ParcelOrder,
    trackingNumber: string,
  ): Promise<void> => {
    const copies = order.postcode === '00422' ? 2 : 1
    for (const [at, outcome] of (['shipped', 'delivered'] as const).entries()) {
      const event = randomUUID()
      const body = {
        event,
        order: order.orderReference,
        outcome,
        tracking_number: trackingNumber,
      }
      for (let copy = 0; copy < copies; copy += 1) {
        const path = `/api/shipping/callbacks/${carrierName}`
        const due = later(new Date(), callbackDelayMs * (at + 1))
        await scheduleCallback(transaction, { path, body }, due)
      }
    }
  }

  return {
    name: carrierName,
    async book(order) {
      if (order.postcode === '00000') return { kind: 'refused' }
      const reference = order.orderReference
      const { trackingNumber, first } = await inTransaction(database, async (transaction) => {
        const made = `SIM${randomUUID().replaceAll('-', '').slice(0, 16).toUpperCase()}`
        await transaction.raw(
          `INSERT INTO simulated_parcel (order_reference, tracking_number, created_at)
           VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE order_reference = order_reference`,
          [reference, made, utcMillis(new Date())],
        )
        const key = { order_reference: reference }
        const row = await transaction('simulated_parcel').where(key).first('tracking_number')
        const trackingNumber = String(row.tracking_number)
        const first = trackingNumber === made
        if (first) await announce(transaction, order, made)
        return { trackingNumber, first }
      })
      if (first && order.postcode === '00408') throw new CarrierSilent('the carrier is silent')
      return { kind: 'booked', trackingNumber }
    },
  }
}
