/** Who reaches another customer's cart, orders, payments and parcels: nobody, by no way. */
import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { sharedStack } from '../../../../scripts/src/stack/testing.ts'
import {
  type Caller,
  documentOf,
  type Instance,
  type Operation,
  type Reached,
  reach,
} from '../../../kit/test/reach.ts'
import type { Catalog } from '../../src/catalog/client.ts'
import { address, orderBody, type Running, runApp } from '../running.ts'
import { openStore, type Store } from '../store.ts'

const ids = { owner: 70_001, stranger: 70_002, colleague: 70_003 } as const
const owner = { id: ids.owner, roles: ['customer'] }
const book = 7

/** It has every book, and nothing of anybody's. */
const catalog: Catalog = {
  book: async (id) => ({ id, title: 'A book', author: 'A', price: '10.00', stock: 99 }),
  reserve: async () => 'reserved',
  confirm: async () => 'confirmed',
  cancel: async () => 'cancelled',
}

describe('another customer’s orders', function () {
  this.timeout(300_000)
  const secret = `only the owner ${randomUUID()}`
  let store: Store
  let service: Running
  const reference = randomUUID()
  let order = 0
  let found: Reached

  async function placeOrder(): Promise<number> {
    await service.ask(owner, 'POST', '/api/cart/items', { book_id: book })
    const body = orderBody(reference, '4242', {
      shipping: { ...address, name: secret },
      note: secret,
    })
    return (await service.ask(owner, 'POST', '/api/orders', body)).json.id
  }

  async function ask(caller: Caller, method: string, path: string, body: unknown) {
    const headers: Record<string, string> = {}
    if (caller.scopes !== undefined) {
      const token = await service.provider.program(caller.scopes.join(' '), [...caller.roles])
      headers.authorization = `Bearer ${token}`
    }
    const who = caller.person === null ? null : { id: ids[caller.person], roles: caller.roles }
    const { status, json } = await service.ask(who, method, path, body, headers)
    return { status, text: JSON.stringify(json) }
  }

  async function things(): Promise<unknown> {
    const { database } = store
    const orders = await database('order').where({ user_id: owner.id }).orderBy('id')
    const of = (table: string, column = 'order_id') =>
      database(table)
        .whereIn(
          column,
          orders.map(({ id }) => id),
        )
        .orderBy(column)
    return [
      orders,
      await of('order_detail'),
      await of('order_payment_detail'),
      await of('order_status_history'),
      await of('shipment'),
      await database('cart_item')
        .whereIn('cart_id', database('cart').where({ user_id: owner.id }).select('id'))
        .orderBy('book_id'),
    ]
  }

  before(async () => {
    store = await openStore(await sharedStack('services-db'))
    service = await runApp({ database: store.database, catalog })
    order = await placeOrder()
    const clerk = { id: ids.colleague, roles: ['staff'] }
    await service.ask(clerk, 'PUT', `/api/orders/${order}/status`, { status: 'packed' })
    await service.ask(clerk, 'POST', `/api/orders/${order}/shipment`)
    await service.ask(owner, 'POST', '/api/cart/items', { book_id: book })
    found = await reach(documentOf('orders'), {
      knowsPrograms: true,
      async about({ path, id }: Operation): Promise<readonly Instance[]> {
        if (path.startsWith('/api/cart/items/')) {
          // One's own cart, whatever is in the other one.
          if (id === 'setInCart') {
            for (const one of Object.values(ids)) {
              const who = { id: one, roles: ['customer'] }
              if (one !== ids.owner)
                await service.ask(who, 'POST', '/api/cart/items', { book_id: book })
            }
          }
          return [{ path: path.replace('{id}', String(book)), isOwned: false }]
        }
        if (path.startsWith('/internal/users/')) {
          return [{ path: path.replace('{id}', String(owner.id)), isOwned: true }]
        }
        return [
          {
            path: path.replace('{id}', String(order)).replace('{provider}', 'simulated'),
            isOwned: path.includes('{id}'),
          },
        ]
      },
      fields: ({ id }) => ({
        book_id: book,
        quantity: 1,
        status: 'shipped',
        // Somebody else's reference, payment and order, by their right names.
        reference,
        shipping: address,
        payment: id === 'placeOrder' ? { method: 'card', card_last4: '4242' } : reference,
        order: reference,
        event: randomUUID(),
      }),
      ask,
      secrets: () => [secret],
      things,
      alsoMay: {
        getOrder: ['staff'],
        trackOrder: ['staff'],
        getHistory: ['staff'],
        getPayment: ['staff'],
        getShipment: ['staff'],
      },
      leftOut: {},
      unshown: {
        emptyCart: 'would empty the cart that the others are held against',
        placeOrder: 'the same',
        removeFromCart: 'the same',
        changeStatus: 'shown by another test; it ends what the rest is about',
        refundOrder: 'the same',
      },
    })
  })
  after(async () => {
    await service?.stop()
    await store?.close()
  })

  it('are reached by nobody else, by no verb of any path', () => {
    expect(found.wrong).to.deep.equal([])
    expect(found.asked).to.be.at.least(300)
  })

  it('are there to be reached: who may see them does', () => {
    expect(found.shown).to.include.members(['getOrder', 'listOrders', 'listOrdersOfUser'])
  })
})
