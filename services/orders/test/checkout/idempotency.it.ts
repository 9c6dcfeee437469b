import { expect } from 'chai'
import { sharedStack } from '../../../../scripts/src/stack/testing.ts'
import { type CatalogBeside, catalogBeside } from '../catalogBeside.ts'
import { customer, orderBody, type Running, runApp } from '../running.ts'
import { openStore, type Store } from '../store.ts'

describe('an Idempotency-Key', function () {
  this.timeout(30_000)
  let store: Store
  let beside: CatalogBeside
  let service: Running
  let lastUser = 15_000

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

  /** Somebody with copies of a new book in the cart. */
  const buyer = async (stock: number, quantity = 1) => {
    lastUser += 1
    const who = customer(lastUser)
    const book = await beside.newBook(stock)
    await service.ask(who, 'POST', '/api/cart/items', { book_id: book, quantity })
    const buy = (card?: string, headers = {}, more = {}) =>
      service.ask(who, 'POST', '/api/orders', orderBody(`i-${who.id}`, card, more), headers)
    return { who, book, buy }
  }
  const key = { 'idempotency-key': 'k-1' }

  it('gives the first answer again', async () => {
    const { buy } = await buyer(5)
    const first = await buy('4242', key)
    const again = await buy('4242', key)
    expect([first.status, again.status]).to.deep.equal([201, 201])
    expect(again.json).to.deep.equal(first.json)
  })

  it('gives a refusal again, even if it would go better now', async () => {
    const { who, book, buy } = await buyer(1, 2)
    const first = await buy('4242', key)
    await service.ask(who, 'PUT', `/api/cart/items/${book}`, { quantity: 1 })
    const again = await buy('4242', key)
    expect([first.status, again.status]).to.deep.equal([409, 409])
    expect(again.json).to.deep.equal(first.json)
  })

  it('refuses another body', async () => {
    const { buy } = await buyer(5)
    await buy('4242', key)
    const { status, json } = await buy('4242', key, { note: 'another' })
    expect([status, json.error.code]).to.deep.equal([422, 'idempotency_key_reused'])
  })

  it('adds to the cart once', async () => {
    const { who, book } = await buyer(5)
    for (let at = 0; at < 3; at += 1) {
      const body = { book_id: book, quantity: 2 }
      expect((await service.ask(who, 'POST', '/api/cart/items', body, key)).status).to.equal(201)
    }
    expect((await service.ask(who, 'GET', '/api/cart')).json.items[0].quantity).to.equal(3)
  })
})
