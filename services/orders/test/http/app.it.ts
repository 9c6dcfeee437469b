import { handleOnce } from '@bookshop/kit/consumer'
import { expect } from 'chai'
import { suiteStack } from '../../../../scripts/src/stack/testing.ts'
import { handlers } from '../../src/events/userEvents.ts'
import { type CatalogBeside, catalogBeside } from '../catalogBeside.ts'
import { customer, orderBody, type Running, runApp, staff } from '../running.ts'
import { openStore, type Store } from '../store.ts'

describe('the orders service over HTTP', function () {
  this.timeout(60_000)
  const running = suiteStack({ name: 'orders-http', only: ['services-db'] })
  let store: Store
  let beside: CatalogBeside
  let service: Running
  const ana = customer(70_001)

  before(async () => {
    const stack = await running.get()
    store = await openStore(stack)
    beside = await catalogBeside(stack)
    service = await runApp({ database: store.database, catalog: beside.catalog })
  })
  after(async () => {
    await service?.stop()
    await beside?.stop()
    await store?.close()
  })

  const bought = async (reference: string, more: object = {}) => {
    const book = await beside.newBook(5)
    await service.ask(ana, 'POST', '/api/cart/items', { book_id: book })
    const body = orderBody(reference, '4242', more)
    return (await service.ask(ana, 'POST', '/api/orders', body)).json
  }

  it('publishes the document it is checked against', async () => {
    const { json } = await service.ask(null, 'GET', '/openapi.json')
    expect(json.info.title).to.equal('Bookshop orders')
  })

  it('answers problem details where the old shop had no shape', async () => {
    const answer = await service.ask(ana, 'GET', '/api/orders/999999/payment')
    expect(answer.headers.get('content-type')).to.match(/^application\/problem\+json/)
    expect(answer.json).to.deep.include({
      type: 'urn:bookshop:not_found',
      status: 404,
      code: 'not_found',
    })
  })

  it('refuses a body that is too large with 413', async () => {
    const body = { book_id: 1, reference: 'x'.repeat(110_000) }
    expect((await service.ask(ana, 'POST', '/api/cart/items', body)).status).to.equal(413)
  })

  it('refuses unknown fields of what is new, too', async () => {
    const path = '/api/payments/callbacks/simulated'
    const body = { event: 'x', kind: 'charge', payment: 'p', outcome: 'succeeded', colour: 'red' }
    expect((await service.callback(path, body)).status).to.equal(400)
  })

  it('stores hostile text and shows it as it was', async () => {
    const note = `'; DROP TABLE \`order\`; -- <script>alert(1)</script> \${7*7} {{7*7}}`
    const { id } = await bought('hostile', { note })
    expect((await service.ask(ana, 'GET', `/api/orders/${id}`)).json.note).to.equal(note)
  })

  it('shows history and purchases, newest first', async () => {
    const { id } = await bought('history')
    await service.ask(staff(1), 'PUT', `/api/orders/${id}/status`, { status: 'packed' })
    const history = (await service.ask(ana, 'GET', `/api/orders/${id}/history`)).json.items
    expect(history.map((one: { by: string }) => one.by)).to.deep.equal(['customer', 'staff'])
    const page = (await service.ask(ana, 'GET', '/api/purchases?per_page=1')).json
    expect(page.items[0].order_id).to.equal(id)
    const next = (await service.ask(ana, 'GET', '/api/purchases?per_page=1&page=2')).json
    expect(next.items[0].order_id).to.be.below(id)
    expect((await service.ask(ana, 'GET', '/api/purchases?page=0')).status).to.equal(400)
  })

  it('says what may be chosen at checkout', async () => {
    const { json } = await service.ask(null, 'GET', '/api/payment-methods')
    expect(json.payment).to.deep.equal(['card', 'transfer', 'cash'])
    expect(json.shipping).to.deep.include({ method: 'express', cost: '12.00' })
  })

  it('measures requests by route pattern', async () => {
    await service.ask(ana, 'GET', '/api/orders/123456')
    const text = await (await fetch(`${service.url}/metrics`)).text()
    expect(text).to.match(
      /orders_http_request_seconds_count\{method="GET",route="\/api\/orders\/\{id\}",status="404"\}/,
    )
    expect(text).not.to.contain('123456')
  })

  it('forgets a deleted account once, however often it is told', async () => {
    const { id } = await bought('forgotten')
    await service.ask(staff(1), 'PUT', `/api/orders/${id}/status`, { status: 'cancelled' })
    const book = await beside.newBook(5)
    await service.ask(ana, 'POST', '/api/cart/items', { book_id: book })
    const event = {
      id: '00000000-0000-4000-8000-000000000001',
      type: 'user.deleted',
      aggregateId: String(ana.id),
      payload: { user_id: ana.id },
    }
    const handle = handlers['user.deleted']
    if (!handle) throw new TypeError('no handler')
    const outcomes = []
    for (let at = 0; at < 3; at += 1) {
      outcomes.push(await handleOnce(store.database, 'orders', event, handle))
    }
    expect(outcomes).to.deep.equal(['handled', 'duplicate', 'duplicate'])
    expect((await service.ask(ana, 'GET', '/api/cart')).json.items).to.deep.equal([])
    const { json } = await service.ask(ana, 'GET', `/api/orders/${id}`)
    expect([json.shipping.name, json.total]).to.deep.equal(['deleted account', '14.90'])
  })

  it('answers 503 while the database is away, and serves on when it is back', async () => {
    const stack = await running.get()
    await stack.halt('services-db')
    const away = await service.ask(ana, 'GET', '/api/orders')
    expect([away.status, away.headers.get('retry-after')]).to.deep.equal([503, '1'])
    expect((await fetch(`${service.url}/readyz`)).status).to.equal(503)
    await stack.restart('services-db')
    expect((await service.ask(ana, 'GET', '/api/orders')).status).to.equal(200)
    expect((await fetch(`${service.url}/readyz`)).status).to.equal(200)
  })
})
