import { expect } from 'chai'
import { type CatalogBeside, catalogBeside } from '../../../services/orders/test/catalogBeside.ts'
import {
  customer,
  orderBody,
  type Running,
  runApp,
  staff,
} from '../../../services/orders/test/running.ts'
import { openStore, type Store } from '../../../services/orders/test/store.ts'
import { asDescribed } from '../../src/asyncapi/seen.ts'
import { sharedStack } from '../../src/stack/testing.ts'

describe('what the orders service tells', function () {
  this.timeout(30_000)
  let store: Store
  let beside: CatalogBeside
  let service: Running

  before(async () => {
    const stack = await sharedStack('services-db')
    store = await openStore(stack)
    beside = await catalogBeside(stack)
    service = await runApp({ database: store.database, catalog: beside.catalog })
  })
  after(async () => {
    await service?.stop()
    await beside?.stop()
    await store?.close()
  })

  it('has the members and types that the document gives it, from cart to delivery', async () => {
    const who = customer(80_011)
    const book = await beside.newBook(9)
    await service.ask(who, 'POST', '/api/cart/items', { book_id: book })
    const { json } = await service.ask(who, 'POST', '/api/orders', orderBody('described-1'))
    for (const status of ['packed', 'shipped', 'delivered'])
      await service.ask(staff(1), 'PUT', `/api/orders/${json.id}/status`, { status })
    const events = await store.events(Number(json.id))
    expect(
      asDescribed(events.map((event) => ({ aggregate: 'order', ...event }))),
    ).to.have.length.of.at.least(5)
  })

  it('has them when the card is declined, too', async () => {
    const who = customer(80_012)
    const book = await beside.newBook(9)
    await service.ask(who, 'POST', '/api/cart/items', { book_id: book })
    const { json } = await service.ask(who, 'POST', '/api/orders', orderBody('described-2', '0002'))
    const events = await store.events(Number(json.error.order_id))
    expect(events.map(({ type }) => type)).to.include('order.cancelled')
    asDescribed(events.map((event) => ({ aggregate: 'order', ...event })))
  })
})
