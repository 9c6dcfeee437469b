import { expect } from 'chai'
import { suiteStack } from '../../../../scripts/src/stack/testing.ts'
import { recoverOnce, startRecovery } from '../../src/checkout/recovery.ts'
import { forgetOld } from '../../src/retention.ts'
import { type CatalogBeside, catalogBeside } from '../catalogBeside.ts'
import { customer, orderBody, type Running, runApp } from '../running.ts'
import { openStore, type Store } from '../store.ts'

const fenced = [
  'cart',
  'cart_item',
  'order',
  'order_payment_detail',
  'order_detail',
  'order_status_history',
  'checkout',
]

describe('while another store owns the orders', function () {
  this.timeout(60_000)
  const running = suiteStack({ name: 'orders-fenced', only: ['services-db'] })
  let store: Store
  let beside: CatalogBeside
  let service: Running
  let lastUser = 90_000
  let clock = 0

  before(async () => {
    const stack = await running.get()
    store = await openStore(stack)
    beside = await catalogBeside(stack)
    service = await runApp({
      database: store.database,
      catalog: beside.catalog,
      callbackDelayMs: 50,
      shop: { now: () => new Date(Date.now() + clock) },
    })
  })
  after(async () => {
    await service?.stop()
    await beside?.stop()
    await store?.close()
  })

  const each = async (make: (table: string, op: string) => string): Promise<void> => {
    for (const table of fenced) {
      for (const op of ['INSERT', 'UPDATE', 'DELETE']) await store.root.raw(make(table, op))
    }
  }
  const close = () =>
    each(
      (table, op) => `CREATE TRIGGER fence_${table}_${op} BEFORE ${op} ON \`${table}\`
        FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'fenced'`,
    )
  const open = () => each((table, op) => `DROP TRIGGER IF EXISTS fence_${table}_${op}`)
  afterEach(open)

  const shopper = async (card = '4242') => {
    lastUser += 1
    const who = customer(lastUser)
    const book = await beside.newBook(5)
    await service.ask(who, 'POST', '/api/cart/items', { book_id: book })
    const reference = `fenced-${lastUser}`
    const buy = () => service.ask(who, 'POST', '/api/orders', orderBody(reference, card))
    return { who, book, reference, buy }
  }

  it('a checkout answers 503 and has taken neither stock nor money', async () => {
    const { book, reference, buy } = await shopper()
    await close()
    const { status, json, headers } = await buy()
    expect([status, json.error.code]).to.deep.equal([503, 'orders_moved'])
    expect(headers.get('retry-after')).to.equal('1')
    expect(await beside.stockOf(book)).to.equal(5)
    expect(await store.database('checkout_saga').where({ reference })).to.deep.equal([])
    await open()
    expect((await buy()).status).to.equal(201)
  })

  it('a checkout that is between its steps waits, quietly, and is finished afterwards', async () => {
    const { who, reference, buy } = await shopper('0408')
    const { json: order } = await buy()
    await close()
    clock = 60_000
    const asked = async () =>
      (await store.database('simulated_payment').where({ payment: reference }).first('asked')).asked
    const before = await asked()
    expect(await recoverOnce(service.shop)).to.equal(false)
    expect(await asked()).to.equal(before)
    const loop = startRecovery(service.shop, 10)
    const refusals = async (): Promise<number> => {
      const { values } = await service.shop.metrics.refusedWrites.get()
      return values.find(({ labels }) => labels.origin === 'recovery')?.value ?? 0
    }
    const first = await refusals()
    while ((await refusals()) < first + 3) await new Promise((r) => setTimeout(r, 10))
    await open()
    const look = async () => (await service.ask(who, 'GET', `/api/orders/${order.id}`)).json.status
    while ((await look()) !== 'paid') await new Promise((r) => setTimeout(r, 20))
    await loop.stop()
    clock = 0
  })

  it('an order of theirs is left to them: the catalog is not asked', async () => {
    const { who, book, reference, buy } = await shopper()
    await buy()
    await store.database('checkout_saga').where({ reference }).delete()
    await store
      .database('order')
      .where({ reference })
      .update({ stock: 'reserved', created_at: '2001-01-01 00:00:00' })
    await close()
    const asked: string[] = []
    const confirm = async (orderRef: string) => {
      asked.push(orderRef)
      return 'confirmed' as const
    }
    const shop = { ...service.shop, catalog: { ...beside.catalog, confirm } }
    expect(await recoverOnce(shop)).to.equal(false)
    expect(asked).to.deep.equal([])
    await open()
    await recoverOnce(shop)
    expect(asked).to.deep.equal([reference])
    expect((await service.ask(who, 'GET', '/api/orders')).json.items[0].stock).to.equal('confirmed')
    expect(await beside.stockOf(book)).to.equal(4)
  })

  it('carts and orders can be read', async () => {
    const { who, buy } = await shopper()
    await buy()
    await close()
    expect((await service.ask(who, 'GET', '/api/orders')).json.items).to.have.length(1)
    expect((await service.ask(who, 'GET', '/api/cart')).status).to.equal(200)
    expect((await service.ask(who, 'DELETE', '/api/cart')).status).to.equal(200)
    const addition = { book_id: await beside.newBook(1) }
    expect((await service.ask(who, 'POST', '/api/cart/items', addition)).status).to.equal(503)
  })

  it('a week later the answers of old keys are forgotten, and no others', async () => {
    const { who, reference } = await shopper()
    const key = { 'idempotency-key': 'old' }
    await service.ask(who, 'POST', '/api/orders', orderBody(reference), key)
    expect(await forgetOld(store.database)).to.equal(0)
    await store.database('idempotency').update({ created_at: '2001-01-01 00:00:00' })
    expect(await forgetOld(store.database)).to.equal(1)
    const again = await service.ask(who, 'POST', '/api/orders', orderBody(reference), key)
    expect(again.status).to.equal(200)
  })
})
