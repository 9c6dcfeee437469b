/**
 * How a checkout ends with its reservation: confirmed when the order stands, given back when it does
 * not.
 *
 * @module
 */
import { inTransaction, type Transaction } from '@bookshop/kit/database'
import { ApiError } from '@bookshop/kit/errors'
import { utcText } from '@bookshop/kit/instants'
import { announce } from '../events/orderEvents.ts'
import { record } from '../orders/history.ts'
import { askRefund, lockOrder } from '../payments/outcome.ts'
import { findTransaction } from '../payments/transactions.ts'
import type { Shop } from '../shop.ts'
import type { Moved } from './moves.ts'
import { advance, type Saga } from './saga.ts'

const refusalOf = (error: unknown): string | null =>
  error instanceof ApiError && error.status < 500 ? error.code : null

/** False: the catalog has given the copies to somebody else. */
export async function isConfirmed(shop: Shop, reference: string): Promise<boolean> {
  try {
    await shop.catalog.confirm(reference)
    return true
  } catch (error) {
    const code = refusalOf(error)
    const isGone = code === 'reservation_expired' || code === 'reservation_cancelled'
    if (isGone || code === 'not_found') return false
    throw error
  }
}

/**
 * Writes how the reservation ended, if the order still waits for it. An order without stock is
 * cancelled, and what was paid for it goes back.
 */
export const settleOrder = (
  shop: Shop,
  reference: string,
  confirmed: boolean,
  saga: Saga | null,
): Promise<void> =>
  inTransaction(shop.database, async (transaction) => {
    const now = shop.now()
    if (saga) await advance(transaction, saga, { to: 'done' }, now)
    const order = await lockOrder(transaction, reference)
    if (!order) return
    const lost = !confirmed
    const changed = await transaction('order')
      .where({ id: order.id, stock: 'reserved' })
      .update({
        stock: confirmed ? 'confirmed' : 'lost',
        updated_at: utcText(now),
        ...(lost ? { status: 'cancelled' } : {}),
      })
    if (!lost || changed !== 1) return
    const detail = 'cancelled: its reservation ended before it was confirmed'
    await record(transaction, order.id, { status: 'cancelled', detail }, now)
    const charge = await findTransaction(transaction, reference, 'charge')
    if (charge?.state === 'succeeded') {
      await askRefund(transaction, order, shop.payments.name, now)
    }
    await announce(transaction, order.id, 'order.cancelled')
  })

/** paid: nothing is open any more but the reservation. */
export async function confirmStock(shop: Shop, saga: Saga): Promise<Moved> {
  const confirmed = await isConfirmed(shop, saga.reference)
  shop.reached('confirmed')
  await settleOrder(shop, saga.reference, confirmed, saga)
  shop.reached('settled')
  return 'moved'
}

/** One that was never made, or has ended by itself, holds nothing. False: it was confirmed before. */
export async function cancelReservation(shop: Shop, reference: string): Promise<boolean> {
  try {
    await shop.catalog.cancel(reference)
    return true
  } catch (error) {
    const code = refusalOf(error)
    if (code !== 'not_found' && code !== 'reservation_confirmed') throw error
    return code === 'not_found'
  }
}

/** An order that is off holds nothing, or has taken its copies: those are for staff to put back. */
export const forgetReservation = async (
  transaction: Transaction,
  reference: string,
  released: boolean,
  now: Date,
): Promise<void> => {
  await transaction('order')
    .where({ reference, stock: 'reserved' })
    .update({ stock: released ? 'lost' : 'confirmed', updated_at: utcText(now) })
}

/** releasing: gives the copies back. */
export async function releaseStock(shop: Shop, saga: Saga): Promise<Moved> {
  const { reference } = saga
  const released = await cancelReservation(shop, reference)
  shop.reached('released')
  await inTransaction(shop.database, async (transaction) => {
    const now = shop.now()
    await advance(transaction, saga, { to: 'done', detail: 'released' }, now)
    await transaction('checkout').where({ reference, state: 'abandoned' }).delete()
    await forgetReservation(transaction, reference, released, now)
  })
  shop.reached('done')
  return 'moved'
}
