/**
 * How an order that holds a reservation ends with it: confirmed when the sale stands, given back when
 * the order was cancelled before.
 *
 * @module
 */
import type { Shop } from '../context.ts'
import { ShopError } from '../errors.ts'
import { stockConfirmed, stockLost, stockReserved } from './codes.ts'

const refusal = (error: unknown): string | null =>
  error instanceof ShopError && error.status < 500 ? error.code : null

/** One that was never made, or ended by itself, holds nothing. */
export async function cancelReservation(shop: Shop, reference: string): Promise<void> {
  try {
    await shop.catalog.cancel(reference)
  } catch (error) {
    if (refusal(error) !== 'not_found') throw error
  }
}

/** Confirms the reservation of a written order. One that expired first has lost its stock. */
export async function settleStock(shop: Shop, reference: string): Promise<void> {
  let state = stockConfirmed
  try {
    await shop.catalog.confirm(reference)
  } catch (error) {
    const code = refusal(error)
    if (code !== 'reservation_expired' && code !== 'reservation_cancelled') throw error
    state = stockLost
  }
  await shop.db.transaction(async (sql) => {
    const lost = state === stockLost
    const { affectedRows } = await sql.run(
      `UPDATE orders SET stock_state = ?${lost ? ', status = 5' : ''}, updated = NOW()
       WHERE reference = ? AND stock_state = ?`,
      [state, reference, stockReserved],
    )
    if (!lost || affectedRows !== 1) return
    await sql.run(
      `INSERT INTO order_events (order_id, status, detail, created)
       SELECT id, 5, 'cancelled: its reservation ended before it was confirmed', NOW()
       FROM orders WHERE reference = ?`,
      [reference],
    )
  })
}

/** Gives back what a cancelled order still holds. What is confirmed already is sold: for staff. */
export async function releaseStock(shop: Shop, reference: string): Promise<void> {
  let state = stockLost
  try {
    await cancelReservation(shop, reference)
  } catch (error) {
    if (refusal(error) !== 'reservation_confirmed') throw error
    state = stockConfirmed
  }
  await shop.db.run(
    'UPDATE orders SET stock_state = ?, updated = NOW() WHERE reference = ? AND stock_state = ?',
    [state, reference, stockReserved],
  )
}
