/**
 * What each step of a checkout does next, and how that is undone. A move asks another service first,
 * with no transaction open, and then writes what it learnt in one transaction.
 *
 * `shop.reached` stands between any two effects: a test ends the process at each of them.
 *
 * @module
 */
import { inTransaction, type Transaction } from '@bookshop/kit/database'
import { ApiError } from '@bookshop/kit/errors'
import type { Shop } from '../shop.ts'
import { charge, waitForPayment } from './payment.ts'
import { advance, type Failure, type Move, type Saga, type Step } from './saga.ts'
import { confirmStock, releaseStock } from './stock.ts'
import { writeOrder } from './writeOrder.ts'

/** `waits`: nothing more to do now. */
export type Moved = 'moved' | 'waits'

export const failureOf = (error: ApiError): Failure => ({
  status: error.status,
  code: error.code,
  message: error.message,
  details: error.details,
})

export const asError = ({ status, code, message, details }: Failure): ApiError =>
  new ApiError(status, code, message, {
    details,
    headers: status === 503 ? { 'Retry-After': '1' } : {},
  })

const move = (
  shop: Shop,
  saga: Saga,
  to: Move,
  work: (transaction: Transaction) => Promise<void> = async () => {},
): Promise<void> =>
  inTransaction(shop.database, async (transaction) => {
    await advance(transaction, saga, to, shop.now())
    await work(transaction)
  })

/** No order will come of it. From here on nobody can write one: the intent is taken over. */
export const giveUp = async (shop: Shop, saga: Saga, failure: Failure): Promise<void> => {
  await move(shop, saga, { to: 'releasing', failure }, async (transaction) => {
    await transaction('checkout')
      .where({ reference: saga.reference })
      .update({ state: 'abandoned' })
  })
  shop.reached('given up')
}

/** begun: is there such a customer; then the stock of all books, or of none. */
async function reserve(shop: Shop, saga: Saga): Promise<Moved> {
  try {
    if (!(await shop.users.mayBuy(saga.userId))) {
      throw new ApiError(403, 'forbidden', 'This account may not buy')
    }
    shop.reached('identified')
    const items = saga.lines.map((line) => ({ book_id: line.bookId, quantity: line.quantity }))
    const state = await shop.catalog.reserve(saga.reference, items)
    shop.reached('reservation made')
    if (state !== 'reserved') {
      const why = `The reservation of this reference is ${state}`
      throw new ApiError(409, `reservation_${state}`, why)
    }
  } catch (error) {
    if (!(error instanceof ApiError) || error.status >= 500) throw error
    await giveUp(shop, saga, failureOf(error))
    return 'moved'
  }
  await move(shop, saga, { to: 'reserved' })
  shop.reached('reserved')
  return 'moved'
}

const tooSlow: Failure = {
  status: 503,
  code: 'checkout_too_slow',
  message: 'This checkout was given up; begin a new one',
  details: {},
}

/** Undoes the transaction: the intent is not there to be taken. */
const gaveUpAlready = Symbol('given up already')

/** reserved: the order is written; by card it is to be paid next. */
async function order(shop: Shop, saga: Saga): Promise<Moved> {
  const to: Step = saga.request.payment.method === 'card' ? 'ordered' : 'paid'
  const written = await inTransaction(shop.database, async (transaction) => {
    // The saga's row first: the order in which every move takes its locks.
    await advance(transaction, saga, { to }, shop.now())
    if (!(await writeOrder(transaction, saga, shop.payments.name, shop.now()))) throw gaveUpAlready
    return true
  }).catch((error: unknown) => {
    if (error === gaveUpAlready) return false
    throw error
  })
  if (written) {
    shop.reached('ordered')
    return 'moved'
  }
  await giveUp(shop, saga, tooSlow)
  return 'moved'
}

export const moves: Readonly<
  Record<Exclude<Step, 'done'>, (shop: Shop, saga: Saga) => Promise<Moved>>
> = {
  begun: reserve,
  reserved: order,
  ordered: charge,
  pending: waitForPayment,
  paid: confirmStock,
  releasing: releaseStock,
}
