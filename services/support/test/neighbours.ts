/**
 * The other services as this one's ports see them: in memory, and to be switched off.
 *
 * @module
 */
import { ServiceUnavailable } from '@bookshop/kit/client'
import type { Neighbours } from '../src/neighbours/at.ts'
import type { Neighbour } from '../src/neighbours/missing.ts'
import type { Order } from '../src/neighbours/orders.ts'

export interface FakeNeighbours extends Neighbours {
  /** Those that do not answer now. */
  readonly away: Set<Neighbour>
  readonly ordersOf: Map<number, Order[]>
  readonly accounts: Map<number, { readonly name: string; readonly email: string }>
  readonly bookIds: Set<number>
}

export const madeOrder = (userId: number, id: number, more: Partial<Order> = {}): Order => ({
  id,
  userId,
  reference: `order-${id}`,
  status: 'paid',
  total: '12.50',
  created: '2026-11-01T10:00:00-05:00',
  tracking: null,
  lines: [{ line: 1, bookId: 7, title: 'Cien años de soledad', quantity: 2 }],
  ...more,
})

export function fakeNeighbours(): FakeNeighbours {
  const away = new Set<Neighbour>()
  const ordersOf = new Map<number, Order[]>()
  const accounts = new Map<number, { name: string; email: string }>()
  const bookIds = new Set<number>()
  const must = (name: Neighbour): void => {
    if (away.has(name)) throw new ServiceUnavailable(name, 'switched off', true)
  }
  return {
    away,
    ordersOf,
    accounts,
    bookIds,
    users: {
      card: async (id) => {
        must('users')
        const account = accounts.get(id)
        return account ? { id, name: account.name, active: true } : null
      },
      contact: async (id) => {
        must('users')
        const account = accounts.get(id)
        return account ? { id, ...account } : null
      },
    },
    orders: {
      of: async (userId) => {
        must('orders')
        return ordersOf.get(userId) ?? []
      },
      visibleTo: async (caller, id) => {
        must('orders')
        const order = [...ordersOf.values()].flat().find((one) => one.id === id)
        return order && (caller.isAgent || order.userId === caller.id) ? order : null
      },
    },
    books: {
      has: async (id) => {
        must('catalog')
        return bookIds.has(id)
      },
    },
  }
}
