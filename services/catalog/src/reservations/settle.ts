/**
 * How a reservation ends: confirmed when the order stands, cancelled when it does not, expired when
 * nobody said either in time. Each end is reached once; asking for it again changes nothing.
 *
 * @module
 */
import { type Database, inTransaction, type Transaction } from '@bookshop/kit/database'
import { ApiError } from '@bookshop/kit/errors'
import { utcText } from '@bookshop/kit/instants'
import { lockInventory, type MovementReason, moveStock, touchProduct } from '../stock.ts'
import {
  noSuchReservation,
  type ReservationLine,
  type ReservationState,
  readLines,
} from './shape.ts'

/** Inventory rows first and the reservation's lines after: the order in which `reserve` takes them. */
async function lockReservation(
  transaction: Transaction,
  orderRef: string,
): Promise<readonly ReservationLine[]> {
  const seen = await readLines(transaction, orderRef)
  await lockInventory(
    transaction,
    seen.map((line) => line.product_id),
  )
  return readLines(transaction, orderRef).forUpdate()
}

async function setState(
  transaction: Transaction,
  orderRef: string,
  state: ReservationState,
  now: Date,
): Promise<void> {
  await transaction('reservation')
    .where('order_ref', orderRef)
    .where('state', 'reserved')
    .update({ state, updated_at: utcText(now) })
}

async function giveBack(
  transaction: Transaction,
  lines: readonly ReservationLine[],
  reason: MovementReason,
  now: Date,
): Promise<void> {
  for (const line of lines) {
    await moveStock(transaction, line.product_id, line.quantity, reason, line.order_ref, now)
  }
}

const stateOf = (lines: readonly ReservationLine[]): ReservationState => {
  const [first] = lines
  if (!first) throw noSuchReservation()
  return first.state
}

/** `orderRef`'s lines are locked and reserved. */
async function settleConfirmed(
  transaction: Transaction,
  orderRef: string,
  lines: readonly ReservationLine[],
  now: Date,
): Promise<void> {
  await setState(transaction, orderRef, 'confirmed', now)
  for (const line of lines) {
    await transaction('inventory')
      .where('product_id', line.product_id)
      .increment('sold', line.quantity)
    await touchProduct(transaction, line.product_id, now)
  }
}

async function settleCancelled(
  transaction: Transaction,
  orderRef: string,
  lines: readonly ReservationLine[],
  now: Date,
): Promise<void> {
  await setState(transaction, orderRef, 'cancelled', now)
  await giveBack(transaction, lines, 'release', now)
}

/** Errors: 404, 409 `reservation_expired`, 409 `reservation_cancelled`. */
export const confirm = (database: Database, orderRef: string, now: Date): Promise<void> =>
  inTransaction(database, async (transaction) => {
    const lines = await lockReservation(transaction, orderRef)
    const state = stateOf(lines)
    if (state === 'confirmed') return
    if (state !== 'reserved') {
      throw new ApiError(409, `reservation_${state}`, `The reservation is ${state}`)
    }
    await settleConfirmed(transaction, orderRef, lines, now)
  })

/** Errors: 404, 409 `reservation_confirmed`. An expired one stays expired: its stock is back. */
export const cancel = (database: Database, orderRef: string, now: Date): Promise<void> =>
  inTransaction(database, async (transaction) => {
    const lines = await lockReservation(transaction, orderRef)
    const state = stateOf(lines)
    if (state === 'cancelled' || state === 'expired') return
    if (state === 'confirmed') {
      throw new ApiError(409, 'reservation_confirmed', 'The reservation is confirmed')
    }
    await settleCancelled(transaction, orderRef, lines, now)
  })

/** How a reservation was found: null when there is none. Ended ones stay as they are. */
export type Found = ReservationState | null

const settlers = { confirmed: settleConfirmed, cancelled: settleCancelled } as const

/**
 * Ends a reservation that is still open, within the caller's transaction, and says how it was found.
 * One that has ended is not locked: its end is final, and whoever holds its rows need not be waited
 * for.
 */
export async function settleIfOpen(
  transaction: Transaction,
  orderRef: string,
  end: keyof typeof settlers,
  now: Date,
): Promise<Found> {
  const [seen] = await readLines(transaction, orderRef)
  if (seen?.state !== 'reserved') return seen?.state ?? null
  const lines = await lockReservation(transaction, orderRef)
  const [first] = lines
  if (first?.state === 'reserved') await settlers[end](transaction, orderRef, lines, now)
  return first?.state ?? null
}

/** Resolves to false when it was settled meanwhile, or is not due. */
export const expire = (database: Database, orderRef: string, now: Date): Promise<boolean> =>
  inTransaction(database, async (transaction) => {
    const lines = await lockReservation(transaction, orderRef)
    const [first] = lines
    if (first?.state !== 'reserved' || first.expires_at > utcText(now)) return false
    await setState(transaction, orderRef, 'expired', now)
    await giveBack(transaction, lines, 'expiry', now)
    return true
  })
