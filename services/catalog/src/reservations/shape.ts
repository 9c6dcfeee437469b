/**
 * A reservation: the books that one order holds, under the order's own reference.
 *
 * All its lines stand in one state and change it together.
 *
 * @module
 */
import type { Queryable } from '@bookshop/kit/database'
import { ApiError } from '@bookshop/kit/errors'
import type { ShowInstant } from '@bookshop/kit/instants'

export type ReservationState = 'reserved' | 'confirmed' | 'cancelled' | 'expired'

export interface ReservationLine {
  readonly order_ref: string
  readonly product_id: number
  readonly quantity: number
  readonly state: ReservationState
  readonly expires_at: string
}

export interface Reservation {
  readonly order_ref: string
  readonly state: ReservationState
  readonly items: readonly { readonly book_id: number; readonly quantity: number }[]
  readonly expires: string
}

/** The lines in key order; empty when the order reserved nothing. */
export const readLines = (on: Queryable, orderRef: string) =>
  on<ReservationLine>('reservation')
    .select('order_ref', 'product_id', 'quantity', 'state', 'expires_at')
    .where('order_ref', orderRef)
    .orderBy('product_id')

export const noSuchReservation = (): ApiError =>
  new ApiError(404, 'not_found', 'No such reservation')

/** Throws 404 when there are no lines. */
export function toReservation(lines: readonly ReservationLine[], show: ShowInstant): Reservation {
  const [first] = lines
  if (!first) throw noSuchReservation()
  return {
    order_ref: first.order_ref,
    state: first.state,
    items: lines.map((line) => ({ book_id: line.product_id, quantity: line.quantity })),
    expires: show(first.expires_at),
  }
}
