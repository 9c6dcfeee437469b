/**
 * What the old shop left between its steps when its tables came here: intents and reserved orders that
 * have no saga. They are finished as the old shop's own recovery would have done: an order's copies are
 * confirmed, or given back when it was cancelled.
 *
 * @module
 */
import { inTransaction } from '@bookshop/kit/database'
import { utcText } from '@bookshop/kit/instants'
import type { Shop } from '../shop.ts'
import { cancelReservation, forgetReservation, isConfirmed, settleOrder } from './stock.ts'

/** Whoever wrote it may still be about to confirm it. */
const settleMs = 2000

const before = (shop: Shop, ms: number): string => utcText(new Date(shop.now().getTime() - ms))

/**
 * Orders whose stock is still `reserved`, and that no saga looks after. One that waits for its card
 * payment keeps its reservation until the deadline; then it is confirmed, and staff look after it.
 */
export const inheritedOrders = (shop: Shop, limit: number): Promise<string[]> =>
  shop
    .database('order as o')
    .leftJoin('checkout_saga as s', 's.reference', 'o.reference')
    .where('o.stock', 'reserved')
    .join('order_payment_detail as p', 'p.order_id', 'o.id')
    .whereNull('s.reference')
    .where('o.created_at', '<=', before(shop, settleMs))
    .whereNot((waits) =>
      waits
        .where({ 'o.status': 'placed', 'p.method': 'card', 'p.status': 'open' })
        .where('o.created_at', '>', before(shop, shop.patience.paymentDeadline)),
    )
    .orderBy('o.id')
    .limit(limit)
    .pluck('o.reference')

/** The catalog is asked by the owner alone: elsewhere the database refuses the touch. */
export async function finishInheritedOrder(shop: Shop, reference: string): Promise<void> {
  const { database } = shop
  await database('order')
    .where({ reference })
    .update({ stock: database.ref('stock') })
  const order = await database('order').where({ reference }).first('status')
  if (order?.status !== 'cancelled') {
    return settleOrder(shop, reference, await isConfirmed(shop, reference), null)
  }
  const released = await cancelReservation(shop, reference)
  await inTransaction(database, (transaction) =>
    forgetReservation(transaction, reference, released, shop.now()),
  )
}

/** Intents given up, or too old to be on their way, that no unfinished saga looks after. */
export const inheritedIntents = (shop: Shop, limit: number): Promise<string[]> =>
  shop
    .database('checkout as c')
    .leftJoin('checkout_saga as s', 's.reference', 'c.reference')
    .where((one) => one.whereNull('s.reference').orWhere('s.step', 'done'))
    .where((one) =>
      one
        .where('c.state', 'abandoned')
        .orWhere('c.created_at', '<=', before(shop, shop.patience.checkoutLimit)),
    )
    .orderBy('c.created_at')
    .limit(limit)
    .pluck('c.reference')

/** Takes the intent over, so that nobody can write its order, and gives the copies back. */
export async function finishInheritedIntent(shop: Shop, reference: string): Promise<void> {
  const { database } = shop
  const ordered = await inTransaction(database, async (transaction) => {
    await transaction('checkout').where({ reference }).update({ state: 'abandoned' })
    return transaction('order').where({ reference }).first('id')
  })
  if (!ordered) await cancelReservation(shop, reference)
  await database('checkout').where({ reference, state: 'abandoned' }).delete()
}
