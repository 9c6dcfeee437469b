import { expect } from 'chai'
import type { Database } from '../../src/database.ts'
import { expireReservations } from '../../src/jobs/expire.ts'
import type { OpenShop } from '../../src/shop.ts'
import {
  client,
  customer,
  newBook,
  openTestShop,
  seededDatabase,
  shelfOf,
  staff,
} from '../support/shopUnderTest.ts'

describe('reservations', function () {
  this.timeout(60_000)
  let db: Database
  let open: OpenShop
  let call: (
    path: string,
    body?: unknown,
  ) => Promise<{ status: number; json: Record<string, unknown> }>
  before(async () => {
    db = await seededDatabase()
    open = await openTestShop()
    const cookie = await open.shop.openSystemSession()
    call = async (path, body = {}) => {
      const response = await fetch(
        `http://127.0.0.1:${open.port}/api/catalog/reservations${path}`,
        {
          method: 'POST',
          headers: { cookie: `sid=${cookie}`, 'content-type': 'application/json' },
          body: JSON.stringify(body),
        },
      )
      return { status: response.status, json: (await response.json()) as Record<string, unknown> }
    }
  })
  after(async () => {
    await open?.close()
    await db?.close()
  })
  const items = (book: number, quantity: number) => [{ book_id: book, quantity }]
  const code = (answer: { json: Record<string, unknown> }) =>
    (answer.json.error as { code?: string } | undefined)?.code

  it('take the stock once, however often they are asked', async () => {
    const book = await newBook(open.port, 5)
    const body = { order_ref: 'r-once', items: items(book, 2) }
    const answers = await Promise.all([call('', body), call('', body), call('', body)])
    expect(answers.map((each) => each.status).sort()).to.deep.equal([200, 200, 201])
    expect(answers[0]?.json).to.deep.include({ order_ref: 'r-once', state: 'reserved' })
    expect(await shelfOf(db, book)).to.deep.equal({ stock: 3, sold: 0, moved: 3 })
    const other = await call('', { order_ref: 'r-once', items: items(book, 1) })
    expect(code(other)).to.equal('reference_reused')
  })

  it('confirm once and count the sale without touching the stock again', async () => {
    const book = await newBook(open.port, 5)
    await call('', { order_ref: 'r-confirm', items: items(book, 2) })
    const answers = await Promise.all([call('/r-confirm/confirm'), call('/r-confirm/confirm')])
    expect(answers.map((each) => each.json.state)).to.deep.equal(['confirmed', 'confirmed'])
    expect(await shelfOf(db, book)).to.deep.equal({ stock: 3, sold: 2, moved: 3 })
    expect(code(await call('/r-confirm/cancel'))).to.equal('reservation_confirmed')
  })

  it('give the stock back when cancelled, once', async () => {
    const book = await newBook(open.port, 5)
    await call('', { order_ref: 'r-cancel', items: items(book, 5) })
    await Promise.all([call('/r-cancel/cancel'), call('/r-cancel/cancel')])
    expect(await shelfOf(db, book)).to.deep.equal({ stock: 5, sold: 0, moved: 5 })
    expect(code(await call('/r-cancel/confirm'))).to.equal('reservation_cancelled')
    expect((await call('', { order_ref: 'r-cancel', items: items(book, 5) })).json.state).to.equal(
      'cancelled',
    )
  })

  it('give the stock back when their time is up', async () => {
    const book = await newBook(open.port, 5)
    await call('', { order_ref: 'r-expire', items: items(book, 3), ttl_s: 1 })
    await db.run(
      "UPDATE stock_reservations SET expires = NOW() - INTERVAL 1 SECOND WHERE order_ref = 'r-expire'",
    )
    await Promise.all([expireReservations(db), expireReservations(db)])
    expect(await shelfOf(db, book)).to.deep.equal({ stock: 5, sold: 0, moved: 5 })
    expect(code(await call('/r-expire/confirm'))).to.equal('reservation_expired')
    expect((await call('/r-expire/cancel')).json.state).to.equal('expired')
  })

  it('are refused as a whole when one book is short', async () => {
    const [many, few] = [await newBook(open.port, 5), await newBook(open.port, 1)]
    const answer = await call('', {
      order_ref: 'r-short',
      items: [...items(many, 1), ...items(few, 2)],
    })
    expect(answer.status).to.equal(409)
    expect(answer.json.error).to.include({ code: 'out_of_stock', book_id: few })
    expect((await shelfOf(db, many)).stock).to.equal(5)
    expect((await call('/r-short/confirm')).status).to.equal(404)
  })

  it('are not for customers or strangers', async () => {
    const path = '/api/catalog/reservations'
    expect((await (await customer(open.port, 1)).call('POST', path, {})).status).to.equal(403)
    expect((await (await client(open.port)).call('POST', path, {})).status).to.equal(401)
  })

  it('keep a book from being deleted', async () => {
    const book = await newBook(open.port, 5)
    const clerk = await staff(open.port)
    await call('', { order_ref: 'r-keep', items: items(book, 1) })
    expect((await clerk.call('DELETE', `/api/books/${book}`)).status).to.equal(409)
    const free = await newBook(open.port, 5)
    expect((await clerk.call('DELETE', `/api/books/${free}`)).status).to.equal(204)
    expect((await clerk.call('GET', `/api/books/${free}`)).status).to.equal(404)
  })
})
