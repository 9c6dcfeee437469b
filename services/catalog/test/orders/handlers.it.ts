import { randomUUID } from 'node:crypto'
import { handleOnce, type ReceivedEvent } from '@bookshop/kit/consumer'
import { isWriteRefused } from '@bookshop/kit/database'
import { silentLog } from '@bookshop/kit/log'
import { expect } from 'chai'
import { suiteStack } from '../../../../scripts/src/stack/testing.ts'
import { consumerName } from '../../src/orders/follow.ts'
import { orderHandlers } from '../../src/orders/handlers.ts'
import { type Running, runApp } from '../running.ts'
import { fence, lift, openStore, type Store } from '../store.ts'

describe('events of orders', function () {
  this.timeout(30_000)
  const running = suiteStack({ name: 'catalog-orders', only: ['services-db'] })
  let store: Store
  let service: Running
  let effects: string[] = []
  let book: number

  before(async () => {
    store = await openStore(await running.get())
    service = await runApp(store.database)
  })
  after(async () => {
    await service?.stop()
    await store?.close()
  })
  beforeEach(async () => {
    effects = []
    const body = { title: 'Sold', author: 'A', price: '10.00', stock: 10 }
    book = Number((await service.ask('staff', 'POST', '/api/books', body)).json.id)
  })

  const handlers = orderHandlers({
    now: () => new Date(),
    log: silentLog,
    onEffect: (effect) => effects.push(effect),
  })
  const event = (type: string, reference: unknown, id: string = randomUUID()): ReceivedEvent => ({
    id,
    type,
    aggregateId: '1',
    payload: { order_id: 1, reference },
  })
  const handle = (one: ReceivedEvent) =>
    handleOnce(
      store.database,
      consumerName,
      one,
      handlers[one.type] ?? (() => Promise.reject(new Error('no handler'))),
    )
  const reserve = async (reference: string, quantity = 3): Promise<void> => {
    const items = [{ book_id: book, quantity }]
    await service.ask('system', 'POST', '/api/catalog/reservations', {
      order_ref: reference,
      items,
    })
  }
  const settle = (reference: string, end: 'confirm' | 'cancel') =>
    service.ask('system', 'POST', `/api/catalog/reservations/${reference}/${end}`)
  const counts = async (): Promise<[number, number]> => {
    const row = await store.database('inventory').where('product_id', book).first()
    return [row.quantity, row.sold]
  }
  const stateOf = async (reference: string) =>
    (await store.database('reservation').where('order_ref', reference).first('state'))?.state

  it('confirm an open reservation, once', async () => {
    const reference = `paid-${book}`
    await reserve(reference)
    const paid = event('order.paid', reference)
    expect(await handle(paid)).to.equal('handled')
    expect(await handle(paid)).to.equal('duplicate')
    expect(await handle(event('order.paid', reference))).to.equal('handled')
    expect(await counts()).to.deep.equal([7, 3])
    expect(effects).to.deep.equal(['confirmed', 'already'])
  })

  it('give an open reservation back, once', async () => {
    const reference = `off-${book}`
    await reserve(reference)
    await handle(event('order.cancelled', reference))
    await handle(event('order.cancelled', reference))
    expect(await counts()).to.deep.equal([10, 0])
    expect((await settle(reference, 'confirm')).status).to.equal(409)
    expect(effects).to.deep.equal(['cancelled', 'already'])
  })

  it('find nothing to do where HTTP came first, and leave nothing to do for HTTP', async () => {
    const [first, second] = [`http-${book}`, `event-${book}`]
    await reserve(first)
    await settle(first, 'confirm')
    await handle(event('order.paid', first))
    await reserve(second)
    await handle(event('order.paid', second))
    expect((await settle(second, 'confirm')).json.state).to.equal('confirmed')
    expect(await counts()).to.deep.equal([4, 6])
    expect(effects).to.deep.equal(['already', 'confirmed'])
  })

  it('never undo an end that was reached', async () => {
    const [sold, off] = [`sold-${book}`, `gone-${book}`]
    await reserve(sold)
    await settle(sold, 'confirm')
    await handle(event('order.cancelled', sold))
    await reserve(off)
    await settle(off, 'cancel')
    await handle(event('order.paid', off))
    expect([await stateOf(sold), await stateOf(off)]).to.deep.equal(['confirmed', 'cancelled'])
    expect(await counts()).to.deep.equal([7, 3])
    expect(effects).to.deep.equal(['late', 'late'])
  })

  it('pass over orders without a reservation, and what nobody can read', async () => {
    await handle(event('order.paid', 'never-reserved'))
    await handle(event('order.paid', undefined))
    await handle(event('order.cancelled', "'; DROP TABLE reservation; --"))
    await handle(event('order.cancelled', 'x'.repeat(65)))
    expect(effects).to.deep.equal(['none', 'none'])
  })

  it('meet HTTP in the middle, thirty times, and the copies are taken once', async () => {
    for (let round = 0; round < 30; round += 1) {
      const reference = `both-${book}-${round}`
      await reserve(reference, 1)
      if (round % 3 === 0)
        await service.ask('staff', 'POST', `/api/books/${book}/stock`, { delta: 1 })
      const [, answer] = await Promise.all([
        handle(event(round % 2 === 0 ? 'order.paid' : 'order.cancelled', reference)),
        settle(reference, round % 5 === 0 ? 'cancel' : 'confirm'),
      ])
      expect(answer.status).to.be.oneOf([200, 409])
      if ((await counts())[0] < 3) {
        await service.ask('staff', 'POST', `/api/books/${book}/stock`, { delta: 10 })
      }
    }
    const [quantity, sold] = await counts()
    const moved = await store
      .database('stock_movement')
      .where('product_id', book)
      .sum({ n: 'delta' })
    expect(Number(moved[0]?.n)).to.equal(quantity)
    const confirmed = await store
      .database('reservation')
      .where({ product_id: book, state: 'confirmed' })
      .sum({ n: 'quantity' })
    expect(Number(confirmed[0]?.n ?? 0)).to.equal(sold)
  })

  describe('while another store owns the tables', () => {
    afterEach(() => lift(store.root))

    it('wait where they would change something, and pass where they would not', async () => {
      const [open, ended] = [`open-${book}`, `ended-${book}`]
      await reserve(open)
      await reserve(ended)
      await settle(ended, 'confirm')
      await fence(store.root)
      const waiting = event('order.paid', open)
      const refused = await handle(waiting).catch((error: unknown) => error)
      expect(isWriteRefused(refused)).to.equal(true)
      expect(await store.database('inbox').where('event_id', waiting.id)).to.deep.equal([])
      expect(await handle(event('order.paid', ended))).to.equal('handled')
      await lift(store.root)
      expect(await handle(waiting)).to.equal('handled')
      expect(await counts()).to.deep.equal([4, 6])
    })
  })
})
