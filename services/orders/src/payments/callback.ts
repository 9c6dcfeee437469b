/**
 * What a payment provider tells later on: each event once in effect, in the order in which they come,
 * also when the order was cancelled meanwhile.
 *
 * @module
 */
import { handleOnce, type ReceivedEvent } from '@bookshop/kit/consumer'
import { finishSaga } from '../checkout/recovery.ts'
import type { Shop } from '../shop.ts'
import { type Learnt, learnPayment } from './learn.ts'
import { finishRefund } from './refund.ts'

export interface PaymentCallback {
  /** The provider's own id of the event, a UUID. */
  readonly event: string
  /** The name under which the payment was asked for: the order's reference. */
  readonly payment: string
  readonly outcome: 'succeeded' | 'declined'
}

export type Effect = Learnt | 'duplicate'

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
      effect = await learnPayment(shop, transaction, payment, outcome)
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
