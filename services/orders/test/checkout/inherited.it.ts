import { randomUUID } from 'node:crypto'
import { utcText } from '@bookshop/kit/instants'
import { expect } from 'chai'
import { sharedStack } from '../../../../scripts/src/stack/testing.ts'
import { recoverOnce } from '../../src/checkout/recovery.ts'
import { type CatalogBeside, catalogBeside } from '../catalogBeside.ts'
import { customer, orderBody, type Running, runApp } from '../running.ts'
import { openStore, type Store } from '../store.ts'

/** Rows as the old shop leaves them between its steps, when its tables come here. */
describe('what the old shop left unfinished', function () {
  this.timeout(30_000)
  let store: Store
  let beside: CatalogBeside
  let service: Running
  let made = 0

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

  const ago = (seconds: number): string => utcText(new Date(Date.now() - seconds * 1000))
  const intent = async (seconds: number, state = 'open') => {
    made += 1
    const user = 50_000 + made
    const reference = `inherited-${made}`
    const book = await beside.newBook(5)
    await beside.catalog.reserve(reference, [{ book_id: book, quantity: 2 }])
    const row = { reference, user_id: user, state, created_at: ago(seconds) }
    await store.database('checkout').insert(row)
    return { user, reference, book }
  }
  const reservedOrder = async (status = 'paid', payment = 'paid', seconds = 60) => {
    made += 1
    const user = 50_000 + made
    const reference = `inherited-${made}`
    const book = await beside.newBook(5)
    await beside.catalog.reserve(reference, [{ book_id: book, quantity: 1 }])
    const [id] = await store.database('order').insert({
      reference,
      user_id: user,
      status,
      stock: 'reserved',
      items_cents: 1000,
      shipping_cents: 490,
      total_cents: 1490,
      ship_name: 'Ana',
      ship_street: 'Calle 1',
      ship_city: 'Bogotá',
      ship_country: 'CO',
      created_at: ago(seconds),
      updated_at: ago(60),
    })
    await store
      .database('order_payment_detail')
      .insert({ order_id: id, method: 'card', status: payment })
    const line = {
      order_id: id,
      line: 1,
      book_id: book,
      title: 'B',
      quantity: 1,
      price_cents: 1000,
    }
    await store.database('order_detail').insert(line)
    return { id: Number(id), user, reference, book }
  }
  const left = (reference: string) => store.database('checkout').where({ reference })

  it('an intent that is too old gives its reservation back', async () => {
    const { reference, book } = await intent(120)
    await recoverOnce(service.shop)
    expect(await left(reference)).to.deep.equal([])
    expect(await beside.stockOf(book)).to.equal(5)
  })

  it('an intent given up gives its reservation back at once', async () => {
    const { reference, book } = await intent(0, 'abandoned')
    await recoverOnce(service.shop)
    expect(await left(reference)).to.deep.equal([])
    expect(await beside.stockOf(book)).to.equal(5)
  })

  it('a young intent is left to the customer, who repeats the request and has the order', async () => {
    const { reference, book, user } = await intent(0)
    await recoverOnce(service.shop)
    expect(await left(reference)).to.have.length(1)
    const who = customer(user)
    await service.ask(who, 'POST', '/api/cart/items', { book_id: book, quantity: 2 })
    const { status, json } = await service.ask(who, 'POST', '/api/orders', orderBody(reference))
    expect([status, json.status, json.stock]).to.deep.equal([201, 'paid', 'confirmed'])
    expect([await beside.stockOf(book), await beside.soldOf(book)]).to.deep.equal([3, 2])
    expect(await left(reference)).to.deep.equal([])
  })

  it('an order whose stock is reserved is confirmed, once when two processes look', async () => {
    const { reference, book, id } = await reservedOrder()
    await Promise.all([recoverOnce(service.shop), recoverOnce(service.shop)])
    expect(await beside.stateOf(reference)).to.equal('confirmed')
    expect(await beside.soldOf(book)).to.equal(1)
    const row = await store.database('order').where({ id }).first('stock', 'status')
    expect(row).to.deep.equal({ stock: 'confirmed', status: 'paid' })
  })

  it('an order whose reservation has ended is cancelled, with an entry in its history', async () => {
    const { reference, id } = await reservedOrder()
    await beside.catalog.cancel(reference)
    await recoverOnce(service.shop)
    const row = await store.database('order').where({ id }).first('stock', 'status')
    expect(row).to.deep.equal({ stock: 'lost', status: 'cancelled' })
    const history = await store.database('order_status_history').where({ order_id: id })
    expect(history.map(({ status }) => status)).to.deep.equal(['cancelled'])
    expect((await store.events(id)).map(({ type }) => type)).to.deep.equal(['order.cancelled'])
  })

  it('an order that was cancelled gives its copies back', async () => {
    const { reference, book, id } = await reservedOrder('cancelled')
    await recoverOnce(service.shop)
    expect([await beside.stockOf(book), await beside.soldOf(book)]).to.deep.equal([5, 0])
    expect(await beside.stateOf(reference)).to.equal('cancelled')
    const row = await store.database('order').where({ id }).first('stock', 'status')
    expect(row).to.deep.equal({ stock: 'lost', status: 'cancelled' })
  })

  const tell = async (payment: string, outcome: string): Promise<unknown> => {
    const body = { event: randomUUID(), kind: 'charge', payment, outcome }
    return (await service.callback('/api/payments/callbacks/simulated', body)).json.effect
  }
  const look = async (id: number) => {
    const row = await store.database('order').where({ id }).first('stock', 'status')
    const payment = await store.database('order_payment_detail').where({ order_id: id }).first()
    return [row.status, payment.status, row.stock]
  }

  it('an order that waits for its card is completed by the callback, and confirmed once', async () => {
    const { reference, book, id } = await reservedOrder('placed', 'open')
    await recoverOnce(service.shop)
    expect(await look(id)).to.deep.equal(['placed', 'open', 'reserved'])
    const effects = await Promise.all([1, 2, 3].map(() => tell(reference, 'succeeded')))
    expect(effects.sort()).to.deep.equal(['nothing', 'nothing', 'paid'])
    await recoverOnce(service.shop)
    expect(await look(id)).to.deep.equal(['paid', 'paid', 'confirmed'])
    expect(await beside.soldOf(book)).to.equal(1)
    expect((await store.events(id)).map(({ type }) => type)).to.deep.equal(['order.paid'])
  })

  it('an order that waits for its card is cancelled by a decline, and gives its copies back', async () => {
    const { reference, book, id } = await reservedOrder('placed', 'open')
    expect(await tell(reference, 'declined')).to.equal('declined')
    await recoverOnce(service.shop)
    expect(await look(id)).to.deep.equal(['cancelled', 'refused', 'lost'])
    expect(await beside.stockOf(book)).to.equal(5)
  })

  it('an order that waits for its card for too long keeps its copies, for staff to look at', async () => {
    const { id } = await reservedOrder('placed', 'open', 3600)
    await recoverOnce(service.shop)
    expect(await look(id)).to.deep.equal(['placed', 'open', 'confirmed'])
  })
})
