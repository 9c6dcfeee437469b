/**
 * The carrier, as this service needs it.
 *
 * @module
 */
export interface ParcelOrder {
  /** The caller's own unique name of the parcel; repeating it books once. */
  readonly orderReference: string
  readonly method: string
  readonly postcode: string | null
  readonly country: string
}

export type Booking =
  | { readonly kind: 'booked'; readonly trackingNumber: string }
  | { readonly kind: 'refused' }

/** The carrier did not answer: whether it booked is not known. */
export class CarrierSilent extends Error {
  readonly code = 'CARRIER_SILENT'
}

export interface ParcelProvider {
  readonly name: string
  /** Calls back when the parcel is on its way, and when it has arrived. @throws CarrierSilent */
  book(order: ParcelOrder): Promise<Booking>
}
