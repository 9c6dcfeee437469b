/**
 * Orders, wherever they live. One order is asked for with the caller's own login at the shop's public
 * address, so that whoever owns orders decides what this caller may see, in every phase of a move. A
 * customer's history is asked for with this service's own login.
 *
 * @module
 */
import type { ServiceClient } from '@bookshop/kit/client'
import type { Caller } from '../caller.ts'
import { type Fields, fieldsOf, listOf, numberOf, objectOf, textOf } from './reply.ts'

export interface OrderLine {
  readonly line: number
  readonly bookId: number
  readonly title: string
  readonly quantity: number
}

export interface Order {
  readonly id: number
  readonly userId: number | null
  readonly reference: string
  readonly status: string
  readonly total: string
  readonly created: string
  readonly tracking: string | null
  readonly lines: readonly OrderLine[]
}

/** Both throw ServiceUnavailable. */
export interface Orders {
  /** Null: there is none that this caller may see. */
  visibleTo(caller: Caller, id: number): Promise<Order | null>
  /** Newest first. */
  of(userId: number): Promise<readonly Order[]>
}

const toLine = (item: Fields): OrderLine => ({
  line: numberOf('orders', item, 'line'),
  bookId: numberOf('orders', item, 'book_id'),
  title: textOf('orders', item, 'title'),
  quantity: numberOf('orders', item, 'quantity'),
})

function toOrder(order: Fields): Order {
  const shipping = order.shipping ? fieldsOf('orders', order.shipping) : {}
  const tracking = order.tracking_number ?? shipping.tracking_number
  return {
    id: numberOf('orders', order, 'id'),
    userId: typeof order.user_id === 'number' ? order.user_id : null,
    reference: textOf('orders', order, 'reference'),
    status: textOf('orders', order, 'status'),
    total: textOf('orders', order, 'total'),
    created: textOf('orders', order, 'created'),
    tracking: typeof tracking === 'string' ? tracking : null,
    lines: listOf('orders', order.items ?? []).map(toLine),
  }
}

/**
 * @param open without a login of its own
 * @param own with this service's login
 */
export function ordersAt(open: ServiceClient, own: ServiceClient): Orders {
  const of = async (userId: number): Promise<readonly Order[]> => {
    const reply = await own.call({ method: 'GET', path: `/internal/users/${userId}/orders` })
    const page = objectOf('orders', reply)
    return page === null ? [] : listOf('orders', page.items).map(toOrder)
  }

  return {
    of,
    async visibleTo(caller, id) {
      const { login } = caller
      if (login.cookie !== undefined || login.authorization !== undefined) {
        const reply = await open.call({
          method: 'GET',
          path: `/api/orders/${id}`,
          headers: login,
        })
        // 401: this door does not know the caller's kind of login.
        if (reply.status !== 401) {
          const found = objectOf('orders', reply)
          const order = found && toOrder(found)
          return order && (caller.isAgent || order.userId === caller.id) ? order : null
        }
      }
      return (await of(caller.id)).find((order) => order.id === id) ?? null
    },
  }
}
