/**
 * Checkout as the customer meets it: the cart becomes an order, once per reference, whoever asks how
 * often. A request that fails leaves nothing that the recovery would not finish or undo.
 *
 * @module
 */
import { inTransaction, isWriteRefused } from '@bookshop/kit/database'
import { timeLeft } from '@bookshop/kit/deadline'
import { ApiError } from '@bookshop/kit/errors'
import {
  claimKey,
  type IdempotencyKey,
  type StoredAnswer,
  storeAnswer,
} from '@bookshop/kit/idempotency'
import type { Body } from '@bookshop/kit/input'
import { type Order, orderByReference } from '../orders/order.ts'
import { finishRefund } from '../payments/refund.ts'
import type { Shop } from '../shop.ts'
import { type Begun, begin, cartIsEmpty, linesOfCart, referenceReused } from './begin.ts'
import { claim, release } from './claim.ts'
import { asError, failureOf, giveUp } from './moves.ts'
import { type OrderRequest, readOrderRequest } from './request.ts'
import { runSaga } from './run.ts'
import { readSaga, type Saga } from './saga.ts'

const joinPauseMs = 50

const stillRunning = (): ApiError =>
  new ApiError(503, 'checkout_running', 'This checkout is on its way; ask for the order again', {
    headers: { 'Retry-After': '1' },
  })

const declined = (order: Order): ApiError =>
  new ApiError(402, 'payment_declined', 'The card was declined; the order is cancelled', {
    details: { order_id: order.id },
  })

const isDeclined = ({ status, payment }: Order): boolean =>
  status === 'cancelled' && payment.method === 'card' && payment.status === 'refused'

async function existing(shop: Shop, userId: number, reference: string): Promise<Order | null> {
  const order = await orderByReference(shop.database, shop.show, reference)
  if (order && order.user_id !== userId) throw referenceReused()
  return order
}

/** Works on a claimed checkout. What failed before there was an order is given up. */
async function work(shop: Shop, reference: string): Promise<Saga | null> {
  try {
    return await runSaga(shop, reference)
  } catch (error) {
    const saga = await readSaga(shop.database, reference)
    const early = saga?.step === 'begun' || saga?.step === 'reserved'
    if (!early) {
      shop.log.warn({ err: error, step: saga?.step }, 'checkout.later')
      return saga
    }
    if (error instanceof ApiError && !isWriteRefused(error)) {
      await giveUp(shop, saga, failureOf(error))
      await runSaga(shop, reference).catch((cause: unknown) => {
        shop.log.warn({ err: cause }, 'checkout.release_later')
      })
    }
    throw error
  } finally {
    await release(shop, reference).catch((error: unknown) => {
      shop.log.warn({ err: error }, 'checkout.claim_kept')
    })
  }
}

/** Waits for whoever works on it, and takes over when nobody does. */
async function join(shop: Shop, reference: string): Promise<Saga | null> {
  const until = performance.now() + Math.min(shop.patience.checkoutLimit, timeLeft())
  for (;;) {
    if (await claim(shop, reference)) return work(shop, reference)
    const saga = await readSaga(shop.database, reference)
    if (!saga || saga.step === 'done' || saga.step === 'pending') return saga
    if (performance.now() > until) throw stillRunning()
    await new Promise((resolve) => setTimeout(resolve, joinPauseMs))
  }
}

async function answerOf(
  shop: Shop,
  userId: number,
  reference: string,
  created: boolean,
): Promise<StoredAnswer> {
  const order = await existing(shop, userId, reference)
  if (order) {
    if (isDeclined(order)) throw declined(order)
    return { status: created ? 201 : 200, body: order }
  }
  const saga = await readSaga(shop.database, reference)
  throw saga?.failure ? asError(saga.failure) : cartIsEmpty()
}

async function place(shop: Shop, userId: number, request: OrderRequest): Promise<StoredAnswer> {
  const { reference } = request
  if (await existing(shop, userId, reference)) return answerOf(shop, userId, reference, false)
  const begun = await attempt(shop, userId, request)
  if (begun === 'begun') {
    shop.reached('begun')
    await work(shop, reference)
  } else await join(shop, reference)
  // Money that came for an order without stock goes back at once, or later.
  await finishRefund(shop, reference).catch((error: unknown) => {
    shop.log.warn({ err: error }, 'refund.later')
  })
  return answerOf(shop, userId, reference, begun === 'begun')
}

/** A repeat may fail on the cart that its twin has just emptied, and still have its order. */
async function attempt(shop: Shop, userId: number, request: OrderRequest): Promise<Begun> {
  try {
    const lines = await linesOfCart(shop, userId)
    return await begin(shop, { userId, request, lines })
  } catch (error) {
    const { reference } = request
    if (await existing(shop, userId, reference)) return 'joined'
    const saga = await readSaga(shop.database, reference)
    if (saga?.userId === userId && saga.step !== 'done') return 'joined'
    throw error
  }
}

/** What this key was answered before. One whose work was cut short goes on by its reference. */
async function answeredBefore(shop: Shop, key: IdempotencyKey): Promise<StoredAnswer | null> {
  const claimed = await inTransaction(shop.database, (transaction) => claimKey(transaction, key))
  return claimed.kind === 'done' ? claimed.answer : null
}

const answerOfError = ({ status, code, message, details }: ApiError): StoredAnswer => ({
  status,
  body: { error: { code, message, ...details } },
})

/** Keeps what was decided for the key's next request; what may go better next time is not kept. */
async function keep(
  shop: Shop,
  key: IdempotencyKey | null,
  answer: StoredAnswer,
): Promise<StoredAnswer> {
  if (key && answer.status < 500) {
    await inTransaction(shop.database, (transaction) => storeAnswer(transaction, key, answer))
  }
  return answer
}

/** Errors besides the body's: 402, 403, 409, 503; see openapi.yaml. */
export async function checkout(
  shop: Shop,
  userId: number,
  body: Body,
  key: IdempotencyKey | null,
): Promise<StoredAnswer> {
  const request = readOrderRequest(body)
  const before = key && (await answeredBefore(shop, key))
  if (before) return before
  try {
    const answer = await keep(shop, key, await place(shop, userId, request))
    shop.metrics.checkouts.inc({ outcome: answer.status === 201 ? 'placed' : 'repeated' })
    return answer
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    shop.metrics.checkouts.inc({ outcome: error.status >= 500 ? 'unavailable' : 'refused' })
    await keep(shop, key, answerOfError(error))
    throw error
  }
}
