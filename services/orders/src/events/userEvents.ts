/**
 * What other services' events mean here: a deleted account leaves no cart, and its finished orders no
 * name. Books and amounts stay: they are accounts that the shop must keep.
 *
 * @module
 */
import type { HandleEvent, Outcome } from '@bookshop/kit/consumer'
import type { Database } from '@bookshop/kit/database'
import { follow } from '@bookshop/kit/follow'
import type { Log } from '@bookshop/kit/log'
import type { Stoppable } from '@bookshop/kit/process'

const nobody = 'deleted account'

/** Orders that nobody sends anything for any more. */
const finished = ['delivered', 'cancelled', 'returned']

export const userDeleted: HandleEvent = async (transaction, event) => {
  const userId = Number(event.payload.user_id ?? event.aggregateId)
  if (!Number.isInteger(userId)) throw new TypeError('an event without a user id')
  const carts = transaction('cart').where('user_id', userId).select('id')
  await transaction('cart_item').whereIn('cart_id', carts).delete()
  await transaction('order').where('user_id', userId).whereIn('status', finished).update({
    ship_name: nobody,
    ship_street: nobody,
    ship_phone: null,
    note: null,
  })
}

export const handlers: Readonly<Record<string, HandleEvent>> = { 'user.deleted': userDeleted }
export const topics = ['shop.user'] as const
export const consumerName = 'orders'

export interface FollowParts {
  readonly brokers: readonly string[]
  /** The Kafka group; `consumerName` unless a replay says otherwise. */
  readonly group?: string
  readonly database: Database
  readonly log: Log
  readonly onOutcome?: (type: string, outcome: Outcome) => void
}

export const followUsers = ({ group = consumerName, ...parts }: FollowParts): Stoppable =>
  follow({ ...parts, name: consumerName, group, topics, handlers })
