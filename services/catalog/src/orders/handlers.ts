/**
 * What orders tell, and what it means for their reservations. Checkout confirms and cancels over HTTP;
 * the event is the second leg. Whichever comes first ends the reservation, the other finds it ended.
 *
 * @module
 */
import type { HandleEvent, ReceivedEvent } from '@bookshop/kit/consumer'
import type { Log } from '@bookshop/kit/log'
import { type Found, settleIfOpen } from '../reservations/settle.ts'

export const topic = 'shop.order'

/** What the event did: `late` met another end than its own, `none` an order without a reservation. */
export type Effect = 'confirmed' | 'cancelled' | 'already' | 'late' | 'none'

const endOf = { 'order.paid': 'confirmed', 'order.cancelled': 'cancelled' } as const
type Type = keyof typeof endOf

export const types = Object.keys(endOf) as readonly Type[]

function effectOf(type: Type, found: Found): Effect {
  if (found === null) return 'none'
  if (found === 'reserved') return endOf[type]
  // An expired reservation was given back, as a cancelled one.
  const same = found === endOf[type] || (type === 'order.cancelled' && found === 'expired')
  return same ? 'already' : 'late'
}

const referenceOf = ({ payload }: ReceivedEvent): string | null => {
  const { reference } = payload
  return typeof reference === 'string' && reference.length <= 64 ? reference : null
}

export interface OrderHandling {
  readonly now: () => Date
  readonly log: Log
  readonly onEffect: (effect: Effect) => void
}

const handle =
  (type: Type, { now, log, onEffect }: OrderHandling): HandleEvent =>
  async (transaction, event) => {
    const reference = referenceOf(event)
    if (reference === null) {
      // Waiting would not make it readable; the topic goes on.
      log.error({ eventId: event.id, event: event.type }, 'event.unreadable')
      return
    }
    onEffect(effectOf(type, await settleIfOpen(transaction, reference, endOf[type], now())))
  }

export const orderHandlers = (handling: OrderHandling): Readonly<Record<string, HandleEvent>> =>
  Object.fromEntries(types.map((type) => [type, handle(type, handling)]))
