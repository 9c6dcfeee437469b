import { expect } from 'chai'
import { readAsyncApi } from '../../../../scripts/src/asyncapi/events.ts'
import { sharedStack } from '../../../../scripts/src/stack/testing.ts'
import { type Running, runApp } from '../running.ts'
import { openStore, type SeenEvent, type Store } from '../store.ts'

describe('what the catalog tells', function () {
  this.timeout(30_000)
  let store: Store
  let service: Running
  const all: SeenEvent[] = []

  before(async () => {
    store = await openStore(await sharedStack('services-db'))
    service = await runApp(store.database)
  })
  after(async () => {
    await service?.stop()
    await store?.close()
  })

  const ask = (method: string, path: string, body?: unknown) =>
    service.ask('staff', method, path, body)
  const newBook = async (more: object = {}): Promise<number> => {
    const body = { title: 'Told', author: 'A', price: '10.00', stock: 10, low_stock: 3, ...more }
    return Number((await ask('POST', '/api/books', body)).json.id)
  }
  const of = async (
    id: unknown,
    topic: 'product' | 'category' = 'product',
  ): Promise<readonly SeenEvent[]> => {
    const events = await store.events(topic, String(id))
    all.push(...events)
    return events
  }
  const typesOf = async (id: number) => (await of(id)).map(({ type }) => type).slice(1)
  const adjust = (id: number, delta: number, reference?: string) =>
    ask('POST', `/api/books/${id}/stock`, { delta, reference })

  it('a book’s life', async () => {
    const id = await newBook()
    await ask('PATCH', `/api/books/${id}`, { title: 'Retold' })
    await ask('PUT', `/api/books/${id}/price`, { price: '12.00', reference: `told-${id}` })
    await ask('PUT', `/api/books/${id}/price`, { price: '12.00', reference: `told-${id}` })
    await ask('PUT', `/api/books/${id}/price`, { price: '12.00' })
    await ask('DELETE', `/api/books/${id}`)
    const events = await of(id)
    expect(events.map(({ type }) => type)).to.deep.equal([
      'product.created',
      'product.changed',
      'price.changed',
      'product.deleted',
    ])
    expect(events[1]?.payload).to.include({ book_id: id, title: 'Retold', price: '10.00' })
    expect(events[2]?.payload).to.include({ old_price: '10.00', new_price: '12.00' })
  })

  it('a low stock once, until it was above the mark again', async () => {
    const id = await newBook()
    for (const delta of [-6, -1, -1, -1, 5, -4]) await adjust(id, delta)
    expect(await typesOf(id)).to.deep.equal([
      'stock.changed',
      'stock.changed',
      'stock.low',
      'stock.changed',
      'stock.changed',
      'stock.changed',
      'stock.changed',
      'stock.low',
    ])
    const low = (await of(id)).filter(({ type }) => type === 'stock.low')
    expect(low.map(({ payload }) => payload)).to.deep.equal([
      { book_id: id, stock: 3, low_stock: 3 },
      { book_id: id, stock: 2, low_stock: 3 },
    ])
  })

  it('a low stock when the mark comes up to it, and not for what was not done', async () => {
    const id = await newBook()
    await ask('PATCH', `/api/books/${id}`, { low_stock: 10 })
    await ask('PATCH', `/api/books/${id}`, { low_stock: 11 })
    expect((await adjust(id, -11)).status).to.equal(409)
    await adjust(id, -1, `once-${id}`)
    await adjust(id, -1, `once-${id}`)
    expect(await typesOf(id)).to.deep.equal([
      'stock.low',
      'product.changed',
      'product.changed',
      'stock.changed',
    ])
  })

  it('one crossing once when 20 orders take the last copies at the same time', async () => {
    const id = await newBook()
    const reserve = (n: number) =>
      service.ask('system', 'POST', '/api/catalog/reservations', {
        order_ref: `crossing-${id}-${n}`,
        items: [{ book_id: id, quantity: 1 }],
      })
    await Promise.all(Array.from({ length: 20 }, (_, n) => reserve(n)))
    const types = await typesOf(id)
    expect(types.filter((type) => type === 'stock.low')).to.have.length(1)
    expect(types.filter((type) => type === 'stock.changed')).to.have.length(10)
    const stocks = (await of(id))
      .filter(({ type }) => type === 'stock.changed')
      .map(({ payload }) => payload.stock)
    expect(stocks).to.deep.equal([9, 8, 7, 6, 5, 4, 3, 2, 1, 0])
  })

  it('a category’s life', async () => {
    const { json } = await ask('POST', '/api/categories', { name: `Told ${Date.now()}` })
    await ask('PATCH', `/api/categories/${json.id}`, { visible: false })
    await ask('DELETE', `/api/categories/${json.id}`)
    const events = await of(json.id, 'category')
    expect(events.map(({ type }) => type)).to.deep.equal([
      'category.created',
      'category.changed',
      'category.deleted',
    ])
  })

  it('is every message that the document has of it', () => {
    const { channels } = readAsyncApi()
    const described = [channels.product, channels.category].flatMap((channel) =>
      Object.keys(channel?.messages ?? {}),
    )
    expect(new Set(all.map(({ type }) => type))).to.deep.equal(new Set(described))
    // Optional for the applier, which does not know it; this service does.
    for (const { payload } of all.filter(({ type }) => type === 'stock.changed')) {
      expect(payload.stock).to.be.a('number')
    }
  })
})
