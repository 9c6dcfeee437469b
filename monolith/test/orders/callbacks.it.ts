import { createHmac, randomUUID } from 'node:crypto'
import { expect } from 'chai'
import type { Database } from '../../src/database.ts'
import { recoverOnce } from '../../src/orders/recovery.ts'
import type { OpenShop } from '../../src/shop.ts'
import {
  type Answer,
  newBook,
  openTestShop,
  seededDatabase,
  shelfOf,
  staff,
} from '../support/shopUnderTest.ts'

const secret = 'known to two'
const words = {
  status: ['placed', 'paid', 'packed', 'shipped', 'delivered', 'cancelled', 'returned'],
  payment: ['open', 'paid', 'refused', 'refunded'],
  stock: ['taken', 'reserved', 'confirmed', 'lost'],
}

/** Orders as another till leaves them here: placed by card, the payment open, the copies held. */
describe('orders that wait for their payment', function () {
  this.timeout(60_000)
  let db: Database
  let open: OpenShop
  let made = 0

  before(async () => {
    db = await seededDatabase()
    open = await openTestShop(
      { SHOP_PROVIDER_SECRET: secret, SHOP_RECOVERY_INTERVAL_MS: '3600000' },
      'reservations',
    )
  })
  after(async () => {
    for (const table of ['order_events', 'order_items']) {
      await db?.run(
        `DELETE t FROM ${table} t JOIN orders o ON o.id = t.order_id WHERE o.reference LIKE 'waits-%'`,
      )
    }
    await db?.run("DELETE FROM orders WHERE reference LIKE 'waits-%'")
    await open?.close()
    await db?.close()
  })

  const waiting = async ({ minutes = 1, method = 'card', status = 0 } = {}) => {
    made += 1
    const reference = `waits-${process.pid}-${Date.now()}-${made}`
    const book = await newBook(open.port, 5)
    await open.shop.catalog.reserve(reference, [{ book_id: book, quantity: 2 }])
    const { insertId: id } = await db.run(
      `INSERT INTO orders (reference, user_id, status, stock_state, items_total, shipping_cost, total,
         payment_method, payment_status, ship_name, ship_street, ship_city, ship_country, created, updated)
       VALUES (?, 1, ?, 1, 20, 4.9, 24.9, ?, 0, 'Ana', 'Calle 1', 'Bogotá', 'CO',
         NOW() - INTERVAL ? MINUTE, NOW())`,
      [reference, status, method, minutes],
    )
    await db.run(
      `INSERT INTO order_items (order_id, line, book_id, title, quantity, price)
       VALUES (?, 1, ?, 'B', 2, 10)`,
      [id, book],
    )
    return { id, reference, book }
  }
  const look = async (id: number) => {
    const [row] = await db.query<{ status: number; payment_status: number; stock_state: number }>(
      'SELECT status, payment_status, stock_state FROM orders WHERE id = ?',
      [id],
    )
    if (!row) throw new TypeError('no such order')
    return [
      words.status[row.status],
      words.payment[row.payment_status],
      words.stock[row.stock_state],
    ]
  }
  const history = async (id: number) =>
    (
      await db.query<{ status: number }>(
        'SELECT status FROM order_events WHERE order_id = ? ORDER BY id',
        [id],
      )
    ).map(({ status }) => words.status[status])
  const send = async (path: string, body: object): Promise<Answer & { retry: string | null }> => {
    const hash = createHmac('sha256', secret).update(JSON.stringify(body)).digest('hex')
    const response = await fetch(`http://127.0.0.1:${open.port}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-provider-signature': `sha256=${hash}` },
      body: JSON.stringify(body),
    })
    const json = (await response.json()) as Answer['json']
    return { status: response.status, json, retry: response.headers.get('retry-after') }
  }
  const pay = (payment: string, outcome: string, event: string = randomUUID()) =>
    send('/api/payments/callbacks/simulated', { event, kind: 'charge', payment, outcome })
  const effect = async (answer: Promise<Answer>) => (await answer).json.effect

  it('are completed by the callback, once however often it comes', async () => {
    const { id, reference, book } = await waiting()
    const event = randomUUID()
    const effects = await Promise.all(
      Array.from({ length: 8 }, (_, at) =>
        effect(pay(reference, 'succeeded', at % 2 ? event : undefined)),
      ),
    )
    expect(effects.filter((one) => one === 'paid')).to.have.length(1)
    expect(effects.filter((one) => one === 'nothing')).to.have.length(7)
    expect(await effect(pay(reference, 'declined'))).to.equal('nothing')
    expect(await look(id)).to.deep.equal(['paid', 'paid', 'confirmed'])
    expect(await history(id)).to.deep.equal(['paid'])
    expect(await shelfOf(db, book)).to.deep.equal({ stock: 3, sold: 2, moved: 3 })
  })

  it('are cancelled when the card is declined, and give their copies back', async () => {
    const { id, reference, book } = await waiting()
    expect(await effect(pay(reference, 'declined'))).to.equal('declined')
    expect(await look(id)).to.deep.equal(['cancelled', 'refused', 'lost'])
    expect(await shelfOf(db, book)).to.deep.equal({ stock: 5, sold: 0, moved: 5 })
    expect(await effect(pay(reference, 'declined'))).to.equal('nothing')
    expect(await history(id)).to.deep.equal(['cancelled'])
  })

  it('stay cancelled when the money comes too late, and staff see that it has come', async () => {
    const { id, reference, book } = await waiting()
    await (await staff(open.port)).call('PUT', `/api/orders/${id}/status`, { status: 'cancelled' })
    expect(await effect(pay(reference, 'succeeded'))).to.equal('refunding')
    expect(await effect(pay(reference, 'succeeded'))).to.equal('nothing')
    expect(await look(id)).to.deep.equal(['cancelled', 'paid', 'lost'])
    expect(await history(id)).to.deep.equal(['cancelled', 'cancelled'])
    expect(await shelfOf(db, book)).to.deep.equal({ stock: 5, sold: 0, moved: 5 })
  })

  for (const status of ['paid', 'packed']) {
    it(`keep their copies when they are declined after staff made them ${status}`, async () => {
      const { id, reference, book } = await waiting()
      await (await staff(open.port)).call('PUT', `/api/orders/${id}/status`, { status })
      await pay(reference, 'declined')
      await recoverOnce(open.shop)
      const payment = status === 'paid' ? 'paid' : 'refused'
      expect(await look(id)).to.deep.equal([status, payment, 'confirmed'])
      expect(await shelfOf(db, book)).to.deep.equal({ stock: 3, sold: 2, moved: 3 })
    })
  }

  it('are left alone by recovery for ten minutes, then keep their copies for staff', async () => {
    const young = await waiting({ minutes: 9 })
    const old = await waiting({ minutes: 11 })
    const byTransfer = await waiting({ method: 'transfer' })
    await recoverOnce(open.shop)
    expect(await look(young.id)).to.deep.equal(['placed', 'open', 'reserved'])
    expect(await look(old.id)).to.deep.equal(['placed', 'open', 'confirmed'])
    expect(await look(byTransfer.id)).to.deep.equal(['placed', 'open', 'confirmed'])
    expect(await effect(pay(old.reference, 'succeeded'))).to.equal('paid')
    expect(await effect(pay(byTransfer.reference, 'succeeded'))).to.equal('nothing')
  })

  it('give their copies back when they were cancelled meanwhile', async () => {
    const { id, book } = await waiting({ status: 5 })
    await recoverOnce(open.shop)
    expect(await look(id)).to.deep.equal(['cancelled', 'open', 'lost'])
    expect(await shelfOf(db, book)).to.deep.equal({ stock: 5, sold: 0, moved: 5 })
  })

  it('are told of again when the database did not take the callback', async () => {
    const { id, reference } = await waiting()
    await db.run(`CREATE TRIGGER moved_orders BEFORE UPDATE ON orders
      FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'moved'`)
    try {
      const { status, retry } = await pay(reference, 'succeeded')
      expect([status, retry]).to.deep.equal([503, '1'])
    } finally {
      await db.run('DROP TRIGGER moved_orders')
    }
    expect(await effect(pay(reference, 'succeeded'))).to.equal('paid')
    expect(await look(id)).to.deep.equal(['paid', 'paid', 'confirmed'])
  })

  it('are shipped and delivered as the carrier says, never backwards', async () => {
    const { id, reference } = await waiting({ status: 2 })
    const carry = (order: string, outcome: string) =>
      effect(
        send('/api/shipping/callbacks/simulated', {
          event: randomUUID(),
          order,
          outcome,
          tracking_number: 'T-1',
        }),
      )
    expect(await carry(reference, 'shipped')).to.equal('shipped')
    expect(await carry(reference, 'shipped')).to.equal('nothing')
    expect(await carry(reference, 'delivered')).to.equal('delivered')
    expect(await carry(reference, 'shipped')).to.equal('nothing')
    expect(await history(id)).to.deep.equal(['shipped', 'delivered'])
    const overtaken = await waiting({ status: 2 })
    expect(await carry(overtaken.reference, 'delivered')).to.equal('delivered')
    const { json } = await (await staff(open.port)).call('GET', `/api/orders/${overtaken.id}`)
    expect(json.shipping).to.include({ tracking_number: 'T-1' })
    expect((json.shipping as Record<string, unknown>).shipped).to.be.a('string')
    const unpacked = await waiting()
    expect(await carry(unpacked.reference, 'shipped')).to.equal('nothing')
  })
})
