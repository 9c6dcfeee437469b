/**
 * Finishes what a checkout left between its steps: at start, and every few seconds.
 *
 * - an order whose stock is still `reserved`: confirm its reservation, or give it back when the order
 *   was cancelled; one that waits for its card payment keeps it for ten minutes, see callbacks.ts;
 * - an intent without an order, given up or too old: cancel its reservation.
 *
 * @module
 */
import type { Shop } from '../context.ts'
import { log } from '../log.ts'
import { stockWay } from '../settings.ts'
import { orderCancelled, paymentOpen, stockReserved } from './codes.ts'
import { cancelReservation, releaseStock, settleStock } from './reservedStock.ts'

/** 10 (minutes): less than any reservation lasts. Then it is confirmed, and staff look after the order. */
const paymentWaitMinutes = 10

/** Gives a checkout up, unless its order has been written, and cancels the reservation. */
export async function abandon(shop: Shop, reference: string): Promise<void> {
  // Also where it is given up already: whoever may not write it any more must not act on it.
  await shop.db.run('UPDATE checkouts SET state = 1 WHERE reference = ?', [reference])
  const given = await shop.db.query('SELECT 1 FROM checkouts WHERE reference = ? AND state = 1', [
    reference,
  ])
  if (given.length === 0) return
  // From here on nobody can write this order; one that exists came from another, earlier intent.
  const ordered = await shop.db.query('SELECT 1 FROM orders WHERE reference = ?', [reference])
  if (ordered.length === 0) await cancelReservation(shop, reference)
  await shop.db.run('DELETE FROM checkouts WHERE reference = ? AND state = 1', [reference])
}

/**
 * Only the owner of the orders may settle one. An order that stands in this database because
 * somebody else writes it, copied here, is not ours: the database refuses the touch.
 */
async function settleOwn(shop: Shop, reference: string): Promise<void> {
  await shop.db.run('UPDATE orders SET updated = NOW() WHERE reference = ? AND stock_state = ?', [
    reference,
    stockReserved,
  ])
  const [order] = await shop.db.query<{ status: number }>(
    'SELECT status FROM orders WHERE reference = ?',
    [reference],
  )
  await (order?.status === orderCancelled ? releaseStock : settleStock)(shop, reference)
}

export async function recoverOnce(shop: Shop): Promise<number> {
  // Before the first checkout needs it, and before the accounts may have moved.
  if ((await stockWay(shop.db)) === 'reservations') {
    await shop
      .openSystemSession()
      .catch((error: unknown) => log('warn', 'system.session.later', { error: String(error) }))
  }
  const seconds = Math.ceil(shop.config.checkoutLimitMs / 1000)
  const orders = await shop.db.query<{ reference: string }>(
    `SELECT reference FROM orders
     WHERE stock_state = ? AND created <= NOW() - INTERVAL 2 SECOND
       AND NOT (status = 0 AND payment_method = 'card' AND payment_status = ?
         AND created > NOW() - INTERVAL ? MINUTE)
     ORDER BY id LIMIT 200`,
    [stockReserved, paymentOpen, paymentWaitMinutes],
  )
  const intents = await shop.db.query<{ reference: string }>(
    `SELECT reference FROM checkouts
     WHERE state = 1 OR created <= NOW() - INTERVAL ? SECOND ORDER BY created LIMIT 200`,
    [seconds],
  )
  let done = 0
  const finish = async (reference: string, step: typeof abandon) => {
    try {
      await step(shop, reference)
      done += 1
    } catch (error) {
      log('warn', 'recovery.later', { reference, error: String(error) })
    }
  }
  for (const { reference } of orders) await finish(reference, settleOwn)
  for (const { reference } of intents) await finish(reference, abandon)
  if (done > 0) log('info', 'recovery.done', { finished: done })
  return done
}
