import { expect } from 'chai'
import { sharedStack } from '../../../../scripts/src/stack/testing.ts'
import { recoverOnce } from '../../src/checkout/recovery.ts'
import { type CatalogBeside, catalogBeside } from '../catalogBeside.ts'
import { customer, orderBody, type Running, runApp } from '../running.ts'
import { openStore, type Store } from '../store.ts'

const many = <T>(count: number, make: (at: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, at) => make(at)))

describe('checkout', function () {
  this.timeout(30_000)
  let store: Store
  let beside: CatalogBeside
  let service: Running
  let lastUser = 10_000
  const active = new Set<number>()

  before(async () => {
    const stack = await sharedStack('services-db')
    store = await openStore(stack)
    beside = await catalogBeside(stack)
    service = await runApp({
      database: store.database,
      catalog: beside.catalog,
      users: { mayBuy: async (id) => active.has(id) },
    })
  })
  after(async () => {
    await service?.stop()
    await beside?.stop()
    await store?.close()
  })

  /** Somebody with copies of a new book in the cart. */
  const buyer = async (stock: number, quantity = 1) => {
    lastUser += 1
    active.add(lastUser)
    const who = customer(lastUser)
    const book = await beside.newBook(stock)
    await service.ask(who, 'POST', '/api/cart/items', { book_id: book, quantity })
    const reference = `c-${lastUser}`
    const buy = (card?: string, headers = {}, more = {}) =>
      service.ask(who, 'POST', '/api/orders', orderBody(reference, card, more), headers)
    return { who, book, reference, buy }
  }
  const cartOf = async (who: ReturnType<typeof customer>) =>
    (await service.ask(who, 'GET', '/api/cart')).json.items

  it('takes the stock, charges the card and empties the cart', async () => {
    const { who, book, buy, reference } = await buyer(5, 2)
    const { status, json } = await buy()
    expect(status).to.equal(201)
    expect(json).to.deep.include({ status: 'paid', stock: 'confirmed', total: '24.90' })
    expect(json.payment).to.deep.include({ status: 'paid', card_last4: '4242' })
    expect([await beside.stockOf(book), await beside.soldOf(book)]).to.deep.equal([3, 2])
    expect(await cartOf(who)).to.deep.equal([])
    const [charge] = await store.database('simulated_payment').where({ payment: reference })
    expect(charge).to.deep.include({ amount_cents: 2490, asked: 1 })
  })

  it('tells of each change in the transaction that makes it', async () => {
    const { buy, reference, who, book } = await buyer(5)
    const { json } = await buy()
    const events = await store.events(json.id)
    expect(events.map(({ type }) => type)).to.deep.equal(['order.created', 'order.paid'])
    expect(events[1]?.payload).to.deep.include({ order_id: json.id, reference, user_id: who.id })
    expect(events[1]?.payload.items).to.deep.equal([
      { line: 1, book_id: book, quantity: 1, price: '10.00' },
    ])
    expect(await store.database('outbox')).to.have.length(0)
  })

  it('notes every step', async () => {
    const { buy, reference } = await buyer(5)
    await buy()
    const steps = await store.database('checkout_step').where({ reference }).orderBy('id')
    expect(steps.map(({ step }) => step)).to.deep.equal([
      'begun',
      'reserved',
      'ordered',
      'paid',
      'done',
    ])
  })

  it('answers a repeat with the order that the reference made', async () => {
    const { buy, book } = await buyer(5)
    const first = await buy()
    const again = await buy()
    expect([first.status, again.status]).to.deep.equal([201, 200])
    expect(again.json.id).to.equal(first.json.id)
    expect(await beside.stockOf(book)).to.equal(4)
  })

  it('makes one order of twenty submits at once', async () => {
    const { buy, book, reference } = await buyer(50)
    const answers = await many(20, () => buy())
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([...Array(19).fill(200), 201])
    expect(new Set(answers.map(({ json }) => json.id)).size).to.equal(1)
    expect(await beside.stockOf(book)).to.equal(49)
    const charges = await store.database('payment_transaction').where({ reference })
    expect(charges).to.have.length(1)
  })

  it('sells the last copies once when twelve customers want them', async () => {
    const book = await beside.newBook(4)
    const answers = await many(12, async (at) => {
      lastUser += 1
      active.add(lastUser)
      const who = customer(lastUser)
      await service.ask(who, 'POST', '/api/cart/items', { book_id: book })
      return service.ask(who, 'POST', '/api/orders', orderBody(`last-${book}-${at}`))
    })
    expect(answers.filter(({ status }) => status === 201)).to.have.length(4)
    expect(answers.filter(({ status }) => status === 409)).to.have.length(8)
    expect([await beside.stockOf(book), await beside.soldOf(book)]).to.deep.equal([0, 4])
    expect(await store.database('checkout')).to.deep.equal([])
  })

  it('leaves nothing behind when a book is out of stock, and may be tried again', async () => {
    const { who, book, buy, reference } = await buyer(1, 2)
    const { status, json } = await buy()
    expect([status, json.error.code, json.error.book_id]).to.deep.equal([409, 'out_of_stock', book])
    expect(await cartOf(who)).to.have.length(1)
    expect(await store.database('checkout').where({ reference })).to.deep.equal([])
    await service.ask(who, 'PUT', `/api/cart/items/${book}`, { quantity: 1 })
    expect((await buy()).status).to.equal(201)
  })

  it('refuses an account that the users service does not let buy', async () => {
    const { who, book, buy } = await buyer(3)
    active.delete(who.id)
    const { status, json } = await buy()
    expect([status, json.error.code]).to.deep.equal([403, 'forbidden'])
    expect(await beside.stockOf(book)).to.equal(3)
  })

  it('cancels the order of a declined card, gives the stock back and keeps the cart', async () => {
    const { who, book, buy } = await buyer(3)
    const first = await buy('0002')
    expect([first.status, first.json.error.code]).to.deep.equal([402, 'payment_declined'])
    expect((await buy('0002')).status).to.equal(402)
    expect(await beside.stockOf(book)).to.equal(3)
    expect(await cartOf(who)).to.have.length(1)
    const id = first.json.error.order_id
    const { json } = await service.ask(who, 'GET', `/api/orders/${id}`)
    expect([json.status, json.stock, json.payment.status]).to.deep.equal([
      'cancelled',
      'lost',
      'refused',
    ])
    const types = (await store.events(id)).map(({ type }) => type)
    expect(types).to.deep.equal(['order.created', 'order.cancelled'])
  })

  it('places without a charge what is paid by transfer or in cash', async () => {
    const { who, buy, reference } = await buyer(3)
    const { status, json } = await buy('', {}, { payment: { method: 'transfer' } })
    expect([status, json.status, json.payment.status]).to.deep.equal([201, 'placed', 'open'])
    expect(json.stock).to.equal('confirmed')
    expect(await cartOf(who)).to.deep.equal([])
    expect(await store.database('payment_transaction').where({ reference })).to.deep.equal([])
  })

  it('refuses the reference of another customer', async () => {
    const one = await buyer(3)
    await one.buy()
    const other = await buyer(3)
    const body = orderBody(one.reference)
    const { status, json } = await service.ask(other.who, 'POST', '/api/orders', body)
    expect([status, json.error.code]).to.deep.equal([409, 'reference_reused'])
  })

  describe('while the catalog does not answer', () => {
    it('answers 503 and leaves nothing to sell twice', async () => {
      const { book, reference, who } = await buyer(5)
      const away = await runApp({
        database: store.database,
        catalog: {
          ...beside.catalog,
          reserve: async (ref, items) => {
            await beside.catalog.reserve(ref, items)
            const { ApiError } = await import('@bookshop/kit/errors')
            throw new ApiError(503, 'catalog_unavailable', 'away')
          },
        },
      })
      const answer = await away.ask(who, 'POST', '/api/orders', orderBody(reference))
      await away.stop()
      expect([answer.status, answer.json.error.code]).to.deep.equal([503, 'catalog_unavailable'])
      await recoverOnce(service.shop)
      expect(await beside.stockOf(book)).to.equal(5)
      expect(await beside.stateOf(reference)).to.equal('cancelled')
    })
  })

  it('refunds an order whose reservation was given to others', async () => {
    const { book, reference, who } = await buyer(5)
    const unlucky = await runApp({
      database: store.database,
      catalog: {
        ...beside.catalog,
        confirm: async (ref) => {
          await beside.catalog.cancel(ref)
          return beside.catalog.confirm(ref)
        },
      },
    })
    const { status, json } = await unlucky.ask(who, 'POST', '/api/orders', orderBody(reference))
    await unlucky.stop()
    expect([status, json.status, json.stock]).to.deep.equal([201, 'cancelled', 'lost'])
    expect(json.payment.status).to.equal('refunded')
    expect(await beside.stockOf(book)).to.equal(5)
  })
})
