/**
 * What other services' events mean here: a deleted account leaves no cart, and its finished orders no
 * name. Books and amounts stay: they are accounts that the shop must keep.
 *
 * @module
 */
import type { HandleEvent } from '@bookshop/kit/consumer'

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
