/**
 * What a payment provider tells later on: each event once in effect, in the order in which they come,
 * also when the order was cancelled meanwhile.
 *
 * @module
 */
import { handleOnce, type ReceivedEvent } from '@bookshop/kit/consumer'
import { ApiError } from '@bookshop/kit/errors'
import { applyOutcome } from '../checkout/payment.ts'
import { finishSaga } from '../checkout/recovery.ts'
import { lockSaga } from '../checkout/saga.ts'
import type { Shop } from '../shop.ts'
import { chargeDeclined, chargeSucceeded, lockOrder } from './outcome.ts'
import { finishRefund } from './refund.ts'

export interface PaymentCallback {
  /** The provider's own id of the event, a UUID. */
  readonly event: string
  /** The name under which the payment was asked for: the order's reference. */
  readonly payment: string
  readonly outcome: 'succeeded' | 'declined'
}

export type Effect = 'paid' | 'refunding' | 'declined' | 'nothing' | 'duplicate'

const noSuchPayment = (): ApiError =>
  new ApiError(404, 'not_found', 'No such payment was asked for here')

const lateDetail = 'cancelled: the payment was declined'

/** Errors: 404. */
export async function paymentCallback(
  shop: Shop,
  provider: string,
  { event, payment, outcome }: PaymentCallback,
): Promise<Effect> {
  let effect: Effect = 'nothing'
  const received: ReceivedEvent = {
    id: event,
    type: `payment.${outcome}`,
    aggregateId: payment,
    payload: {},
  }
  const handled = await handleOnce(
    shop.database,
    `payments:${provider}`,
    received,
    async (transaction) => {
      const saga = await lockSaga(transaction, payment)
      const order = await lockOrder(transaction, payment)
      if (!order) throw noSuchPayment()
      if (saga) {
        effect = await applyOutcome(shop, transaction, saga, outcome)
        return
      }
      if (outcome === 'succeeded') {
        effect = await chargeSucceeded(transaction, order, provider, shop.now())
      } else if (await chargeDeclined(transaction, order, lateDetail, shop.now())) {
        effect = 'declined'
      }
    },
  )
  if (handled === 'duplicate') effect = 'duplicate'
  shop.metrics.callbacks.inc({ provider: 'payment', effect })
  shop.reached('payment learnt')
  await goOn(shop, payment)
  return effect
}

/** The rest of the checkout, now that the payment is known; what fails is left to the recovery. */
async function goOn(shop: Shop, reference: string): Promise<void> {
  try {
    await finishSaga(shop, reference)
    await finishRefund(shop, reference)
  } catch (error) {
    shop.log.warn({ err: error }, 'checkout.later')
  }
}
