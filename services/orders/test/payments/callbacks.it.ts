import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { sharedStack } from '../../../../scripts/src/stack/testing.ts'
import { recoverOnce } from '../../src/checkout/recovery.ts'
import { type CatalogBeside, catalogBeside } from '../catalogBeside.ts'
import { customer, orderBody, type Person, type Running, runApp, staff } from '../running.ts'
import { openStore, type Store } from '../store.ts'

const path = '/api/payments/callbacks/simulated'

describe('payments that are not known at once', function () {
  this.timeout(30_000)
  let store: Store
  let beside: CatalogBeside
  let service: Running
  let lastUser = 20_000
  let clock = 0

  before(async () => {
    const stack = await sharedStack('services-db')
    store = await openStore(stack)
    beside = await catalogBeside(stack)
    service = await runApp({
      database: store.database,
      catalog: beside.catalog,
      callbackDelayMs: 20,
      shop: { now: () => new Date(Date.now() + clock) },
    })
  })
  beforeEach(() => {
    clock = 0
  })
  after(async () => {
    await service?.stop()
    await beside?.stop()
    await store?.close()
  })

  const buy = async (card: string) => {
    lastUser += 1
    const who = customer(lastUser)
    const reference = `pay-${lastUser}`
    const book = await beside.newBook(5)
    await service.ask(who, 'POST', '/api/cart/items', { book_id: book, quantity: 2 })
    const answer = await service.ask(who, 'POST', '/api/orders', orderBody(reference, card))
    return { who, reference, book, answer, id: answer.json.id as number }
  }
  const look = async (who: Person, id: number) => {
    const { json } = await service.ask(who, 'GET', `/api/orders/${id}`)
    return [json.status, json.payment.status, json.stock]
  }
  /** Until the simulated provider has nothing more to tell about it. */
  const delivered = async (reference: string): Promise<void> => {
    const open = () =>
      store
        .database('simulated_callback')
        .whereNull('delivered_at')
        .where('body', 'like', `%"${reference}"%`)
    while ((await open()).length > 0) {
      await service.deliver()
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
  const tell = (payment: string, outcome: string, event: string = randomUUID()) =>
    service.callback(path, { event, kind: 'charge', payment, outcome })

  it('leave an order that is placed, and the callback completes it', async () => {
    const { who, reference, book, answer, id } = await buy('0408')
    expect(answer.status).to.equal(201)
    expect([answer.json.status, answer.json.payment.status]).to.deep.equal(['placed', 'open'])
    expect((await service.ask(who, 'GET', '/api/cart')).json.items).to.deep.equal([])
    expect(await beside.stateOf(reference)).to.equal('reserved')
    await delivered(reference)
    expect(await look(who, id)).to.deep.equal(['paid', 'paid', 'confirmed'])
    expect([await beside.stockOf(book), await beside.soldOf(book)]).to.deep.equal([3, 2])
    const { json } = await service.ask(who, 'GET', `/api/orders/${id}/tracking`)
    expect(json.events.map((one: { status: string }) => one.status)).to.deep.equal([
      'placed',
      'paid',
    ])
  })

  it('leave in the cart what was put there after the order', async () => {
    const { who, reference, book, id } = await buy('0408')
    await service.ask(who, 'POST', '/api/cart/items', { book_id: book, quantity: 1 })
    await delivered(reference)
    expect(await look(who, id)).to.deep.equal(['paid', 'paid', 'confirmed'])
    const { json } = await service.ask(who, 'GET', '/api/cart')
    const items = json.items as readonly { readonly book_id: number; readonly quantity: number }[]
    expect(items.map((item) => [item.book_id, item.quantity])).to.deep.equal([[book, 1]])
  })

  it('are asked for when no callback comes', async () => {
    const { who, reference, id } = await buy('0408')
    clock = 60_000
    await recoverOnce(service.shop)
    expect(await look(who, id)).to.deep.equal(['paid', 'paid', 'confirmed'])
    await delivered(reference)
    expect(await look(who, id)).to.deep.equal(['paid', 'paid', 'confirmed'])
  })

  it('cancel the order and give the stock back when they are declined', async () => {
    const { who, reference, book, id } = await buy('0409')
    await delivered(reference)
    expect(await look(who, id)).to.deep.equal(['cancelled', 'refused', 'lost'])
    expect(await beside.stockOf(book)).to.equal(5)
  })

  it('count once when the callback comes twice, also at once', async () => {
    const { reference, id } = await buy('0422')
    await delivered(reference)
    const event = randomUUID()
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => tell(reference, 'succeeded', event)),
    )
    expect(answers.filter(({ json }) => json.effect === 'duplicate')).to.have.length(7)
    expect((await tell(reference, 'succeeded')).json.effect).to.equal('nothing')
    expect((await tell(reference, 'declined')).json.effect).to.equal('nothing')
    const types = (await store.events(id)).map(({ type }) => type)
    expect(types).to.deep.equal(['order.created', 'order.paid'])
  })

  it('count once when eight different callbacks race', async () => {
    const { who, reference, id } = await buy('0504')
    await Promise.all(Array.from({ length: 8 }, () => tell(reference, 'succeeded')))
    expect(await look(who, id)).to.deep.equal(['paid', 'paid', 'confirmed'])
    const paid = (await store.events(id)).filter(({ type }) => type === 'order.paid')
    expect(paid).to.have.length(1)
  })

  it('call the order off after the deadline, and go back when they come after all', async () => {
    const { who, reference, book, id } = await buy('0504')
    clock = 3_600_000
    await store.database('simulated_payment').where({ payment: reference }).update({
      known_at: '2999-01-01 00:00:00',
    })
    await recoverOnce(service.shop)
    clock = 0
    expect(await look(who, id)).to.deep.equal(['cancelled', 'refused', 'lost'])
    expect(await beside.stockOf(book)).to.equal(5)
    expect((await tell(reference, 'succeeded')).json.effect).to.equal('refunding')
    expect(await look(who, id)).to.deep.equal(['cancelled', 'refunded', 'lost'])
    const { json } = await service.ask(who, 'GET', `/api/orders/${id}/payment`)
    expect(
      json.transactions.map((one: { kind: string; state: string }) => [one.kind, one.state]),
    ).to.deep.equal([
      ['charge', 'succeeded'],
      ['refund', 'succeeded'],
    ])
  })

  it('go back when staff have cancelled the order meanwhile', async () => {
    const { who, reference, book, id } = await buy('0504')
    await service.ask(staff(1), 'PUT', `/api/orders/${id}/status`, { status: 'cancelled' })
    expect((await tell(reference, 'succeeded')).json.effect).to.equal('refunding')
    expect((await look(who, id)).slice(0, 2)).to.deep.equal(['cancelled', 'refunded'])
    expect(await beside.stockOf(book)).to.equal(5)
  })

  for (const status of ['paid', 'packed']) {
    const moved = async () => {
      const order = await buy('0504')
      await service.ask(staff(1), 'PUT', `/api/orders/${order.id}/status`, { status })
      return order
    }
    const keptCopies = async ({ reference, book }: Awaited<ReturnType<typeof moved>>) => {
      expect(await beside.stateOf(reference)).to.equal('confirmed')
      expect([await beside.stockOf(book), await beside.soldOf(book)]).to.deep.equal([3, 2])
    }

    it(`leave its copies to an order that staff made ${status} when they are declined`, async () => {
      const order = await moved()
      await tell(order.reference, 'declined')
      const payment = status === 'paid' ? 'paid' : 'refused'
      expect(await look(order.who, order.id)).to.deep.equal([status, payment, 'confirmed'])
      await keptCopies(order)
    })

    it(`leave its copies to an order that staff made ${status} when they are unknown for too long`, async () => {
      const order = await moved()
      clock = 3_600_000
      await store
        .database('simulated_payment')
        .where({ payment: order.reference })
        .update({ known_at: '2999-01-01 00:00:00' })
      await recoverOnce(service.shop)
      clock = 0
      const payment = status === 'paid' ? 'paid' : 'open'
      expect(await look(order.who, order.id)).to.deep.equal([status, payment, 'confirmed'])
      await keptCopies(order)
      await tell(order.reference, 'succeeded')
      expect(await look(order.who, order.id)).to.deep.equal([status, 'paid', 'confirmed'])
    })
  }

  it('are refunded once however often staff ask', async () => {
    const { who, reference, id } = await buy('4242')
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => service.ask(staff(1), 'POST', `/api/orders/${id}/refund`)),
    )
    expect(new Set(answers.map(({ status }) => status))).to.deep.equal(new Set([202]))
    expect((await look(who, id))[1]).to.equal('refunded')
    const refunds = await store
      .database('simulated_payment')
      .where({ payment: reference, kind: 'refund' })
    expect(refunds).to.have.length(1)
  })

  for (const outcome of ['succeeded', 'declined']) {
    it(`change nothing more when the old shop was told that they ${outcome}`, async () => {
      const { who, reference, id, book } = await buy('0504')
      // As the order comes back from there.
      const paid = outcome === 'succeeded'
      await (paid ? beside.catalog.confirm(reference) : beside.catalog.cancel(reference))
      await store
        .database('order')
        .where({ id })
        .update({ status: paid ? 'paid' : 'cancelled', stock: paid ? 'confirmed' : 'lost' })
      await store
        .database('order_payment_detail')
        .where('order_id', id)
        .update({ status: paid ? 'paid' : 'refused' })
      await store
        .database('simulated_payment')
        .where({ payment: reference })
        .update({ outcome, known_at: '2001-01-01 00:00:00' })
      const before = [await look(who, id), await store.events(id)]
      clock = 60_000
      await recoverOnce(service.shop)
      clock = 0
      expect(
        await store.database('checkout_saga').where({ reference }).first('step'),
      ).to.deep.equal({
        step: 'done',
      })
      expect((await tell(reference, outcome)).json.effect).to.equal('nothing')
      expect([await look(who, id), await store.events(id)]).to.deep.equal(before)
      expect(await beside.soldOf(book)).to.equal(paid ? 2 : 0)
    })
  }

  it('can be given back when they came to the old shop for a cancelled order', async () => {
    const { who, reference, id } = await buy('0504')
    clock = 3_600_000
    const books = store.database('simulated_payment').where({ payment: reference })
    await books.clone().update({ known_at: '2999-01-01 00:00:00' })
    await recoverOnce(service.shop)
    clock = 0
    // As it comes back from there: the money is in, and this service knows a charge that is pending.
    await store.database('order_payment_detail').where('order_id', id).update({ status: 'paid' })
    await books.clone().update({ known_at: '2001-01-01 00:00:00' })
    const refund = () => service.ask(staff(1), 'POST', `/api/orders/${id}/refund`)
    expect((await refund()).status).to.equal(202)
    expect((await refund()).status).to.equal(202)
    expect((await look(who, id)).slice(0, 2)).to.deep.equal(['cancelled', 'refunded'])
    expect(await books.clone().where({ kind: 'refund' })).to.have.length(1)
  })

  it('cannot be refunded where no provider was asked', async () => {
    lastUser += 1
    const who = customer(lastUser)
    const book = await beside.newBook(5)
    await service.ask(who, 'POST', '/api/cart/items', { book_id: book })
    const body = { ...orderBody(`cash-${lastUser}`), payment: { method: 'cash' } }
    const { json } = await service.ask(who, 'POST', '/api/orders', body)
    const answer = await service.ask(staff(1), 'POST', `/api/orders/${json.id}/refund`)
    expect([answer.status, answer.json.code]).to.deep.equal([409, 'not_refundable'])
  })

  it('are not believed without the provider’s signature', async () => {
    const { who, reference, id } = await buy('0504')
    const body = { event: randomUUID(), kind: 'charge', payment: reference, outcome: 'succeeded' }
    expect((await service.callback(path, body, 'guessed')).status).to.equal(401)
    expect((await service.ask(null, 'POST', path, body)).status).to.equal(401)
    const other = '/api/payments/callbacks/somebody'
    expect((await service.callback(other, body)).status).to.equal(404)
    expect((await tell('never-asked', 'succeeded')).status).to.equal(404)
    expect((await look(who, id))[0]).to.equal('placed')
  })

  it('wait while another store owns the orders, and are taken afterwards', async () => {
    const { who, reference, id } = await buy('0504')
    const fenced = ['order', 'order_payment_detail', 'order_status_history', 'checkout']
    for (const table of fenced) {
      await store.root.raw(
        `CREATE TRIGGER fence_${table} BEFORE UPDATE ON \`${table}\` FOR EACH ROW
         SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'fenced'`,
      )
    }
    try {
      const event = randomUUID()
      const refused = await tell(reference, 'succeeded', event)
      expect([refused.status, refused.json.error.code]).to.deep.equal([503, 'orders_moved'])
      expect(refused.headers.get('retry-after')).to.equal('1')
      clock = 60_000
      expect(await recoverOnce(service.shop)).to.equal(false)
      for (const table of fenced) await store.root.raw(`DROP TRIGGER fence_${table}`)
      expect((await tell(reference, 'succeeded', event)).json.effect).to.equal('paid')
      expect((await look(who, id))[0]).to.equal('paid')
    } finally {
      for (const table of fenced) await store.root.raw(`DROP TRIGGER IF EXISTS fence_${table}`)
    }
  })
})
