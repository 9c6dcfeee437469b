/**
 * The payment of a checkout: asked for once, waited for when the provider does not say.
 *
 * @module
 */
import { inTransaction, type Transaction } from '@bookshop/kit/database'
import { inTime, timeLeft } from '@bookshop/kit/deadline'
import { utcText } from '@bookshop/kit/instants'
import { clearOrdered } from '../cart/edit.ts'
import { announce } from '../events/orderEvents.ts'
import { momentOf } from '../instants.ts'
import { record } from '../orders/history.ts'
import {
  callOff,
  chargeDeclined,
  chargeSucceeded,
  lockOrder,
  type OrderAtHand,
} from '../payments/outcome.ts'
import { outOfTime, type PaymentOutcome, ProviderSilent } from '../payments/provider.ts'
import type { Shop } from '../shop.ts'
import type { Moved } from './moves.ts'
import { totals } from './request.ts'
import { advance, lockSaga, postpone, type Saga } from './saga.ts'

const pollMs = (attempts: number): number => Math.min(30_000, 1000 * 2 ** Math.min(attempts, 5))

export const declinedDetail = 'cancelled: the payment was declined'
const unpaidDetail = 'cancelled: it was not paid in time'

const chargeOrderOf = (saga: Saga) => ({
  payment: saga.reference,
  amountCents: totals(saga.lines, saga.request.shipping.method).total,
  cardLast4: saga.request.payment.cardLast4,
})

/** The order of a saga past `reserved`, locked after the saga's own row. */
async function orderOf(transaction: Transaction, saga: Saga): Promise<OrderAtHand> {
  const order = await lockOrder(transaction, saga.reference)
  if (!order) throw new TypeError('a checkout past its order has none')
  return order
}

const takeOutOfCart = (transaction: Transaction, { userId, lines }: Saga): Promise<void> =>
  clearOrdered(
    transaction,
    userId,
    lines.map((line) => line.bookId),
  )

/**
 * Whom the copies go to when no payment comes: back to the shelf, unless staff, here or at the old
 * shop, have moved the order on. Then it is theirs, and keeps its copies.
 */
const withoutPayment = ({ status }: OrderAtHand): 'releasing' | 'paid' =>
  status === 'placed' || status === 'cancelled' ? 'releasing' : 'paid'

/** Writes what the provider said. `pending` leaves a saga that waits already as it is. */
const learnOutcome = (
  shop: Shop,
  saga: Pick<Saga, 'reference' | 'step'>,
  outcome: Exclude<PaymentOutcome, 'pending'>,
): Promise<void> =>
  inTransaction(shop.database, async (transaction) => {
    const locked = await lockSaga(transaction, saga.reference)
    if (locked?.step !== saga.step) return
    await applyOutcome(shop, transaction, locked, outcome)
  })

/** The saga is locked. At `ordered` and `pending` it goes on; later on only the order is changed. */
export async function applyOutcome(
  shop: Shop,
  transaction: Transaction,
  saga: Saga,
  outcome: Exclude<PaymentOutcome, 'pending'>,
): Promise<'paid' | 'refunding' | 'declined' | 'nothing'> {
  const now = shop.now()
  const order = await orderOf(transaction, saga)
  const waits = saga.step === 'ordered' || saga.step === 'pending'
  if (outcome === 'succeeded') {
    if (waits) {
      const off = order.status === 'cancelled'
      await advance(transaction, saga, { to: off ? 'releasing' : 'paid' }, now)
    }
    const effect = await chargeSucceeded(transaction, order, shop.payments.name, now)
    // Who waits for a payment has had an empty cart since then; what is in it now was put in later.
    if (saga.step === 'ordered' && effect === 'paid') await takeOutOfCart(transaction, saga)
    return effect
  }
  if (waits) {
    await advance(transaction, saga, { to: withoutPayment(order), detail: 'declined' }, now)
  }
  return (await chargeDeclined(transaction, order, declinedDetail, now)) ? 'declined' : 'nothing'
}

/** ordered: asks for the money. */
export async function charge(shop: Shop, saga: Saga): Promise<Moved> {
  let outcome: PaymentOutcome
  try {
    const limit = Math.min(shop.patience.paymentTimeout, timeLeft())
    outcome = await inTime(outOfTime, () => shop.payments.charge(chargeOrderOf(saga), limit))
  } catch (error) {
    if (!(error instanceof ProviderSilent)) throw error
    outcome = 'pending'
  }
  shop.reached('charged')
  if (outcome === 'pending') await wait(shop, saga)
  else await learnOutcome(shop, saga, outcome)
  shop.reached(outcome === 'pending' ? 'pending' : 'payment learnt')
  return outcome === 'pending' ? 'waits' : 'moved'
}

/** The order is placed and its payment open: the customer need not stand at the till. */
const wait = (shop: Shop, saga: Saga): Promise<void> =>
  inTransaction(shop.database, async (transaction) => {
    const now = shop.now()
    await advance(transaction, saga, { to: 'pending', waitMs: pollMs(0) }, now)
    const order = await orderOf(transaction, saga)
    if (order.status !== 'placed') return
    const detail = 'waiting for the payment'
    await record(transaction, order.id, { status: 'placed', detail, byUser: saga.userId }, now)
    await takeOutOfCart(transaction, saga)
    await transaction('order')
      .where('id', order.id)
      .update({ updated_at: utcText(now) })
    await announce(transaction, order.id, 'order.updated')
  })

/** pending: asks what became of it; calls the order off when nobody can say for too long. */
export async function waitForPayment(shop: Shop, saga: Saga): Promise<Moved> {
  const found = await inTime(outOfTime, () => shop.payments.find(saga.reference))
  shop.reached('payment asked')
  if (found === 'succeeded' || found === 'declined') {
    await learnOutcome(shop, saga, found)
    shop.reached('payment learnt')
    return 'moved'
  }
  const age = shop.now().getTime() - momentOf(saga.createdAt)
  const tooLate = age > shop.patience.paymentDeadline
  const ended = await inTransaction(shop.database, async (transaction) => {
    await lockSaga(transaction, saga.reference)
    const order = await orderOf(transaction, saga)
    if (!tooLate && order.status !== 'cancelled') return false
    const now = shop.now()
    const to = withoutPayment(order)
    await advance(transaction, saga, { to, detail: 'not paid' }, now)
    // What staff have moved on stays open: the money may still come.
    if (to === 'releasing') await callOff(transaction, order, unpaidDetail, now)
    return true
  })
  if (ended) return 'moved'
  if (found === 'unknown') return charge(shop, saga)
  await postpone(shop.database, saga, pollMs(saga.attempts), shop.now())
  return 'waits'
}
