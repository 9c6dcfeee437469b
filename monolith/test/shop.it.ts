import { expect } from 'chai'
import type { Database } from '../src/database.ts'
import { madeIsbn } from '../src/seed/bookRow.ts'
import type { OpenShop } from '../src/shop.ts'
import {
  client,
  customer,
  newBook,
  openTestShop,
  orderBody,
  seededDatabase,
  staff,
} from './support/shopUnderTest.ts'

describe('the shop', function () {
  this.timeout(60_000)
  let db: Database
  let open: OpenShop
  before(async () => {
    db = await seededDatabase()
    open = await openTestShop()
  })
  after(async () => {
    await open?.close()
    await db?.close()
  })
  const code = (answer: { json: Record<string, unknown> }) =>
    (answer.json.error as { code?: string } | undefined)?.code

  it('writes a session at login, keeps it unchanged, and removes it at logout', async () => {
    const somebody = await customer(open.port, 6)
    const rows = () =>
      db.query(
        `SELECT s.* FROM sessions s JOIN users u ON u.id = s.user_id
         WHERE u.email = 'customer6@bookshop.test'`,
      )
    const before = await rows()
    expect((await somebody.call('GET', '/api/session')).json.user).to.include({
      email: 'customer6@bookshop.test',
    })
    expect(await rows()).to.deep.equal(before)
    await somebody.call('POST', '/api/logout', {})
    expect((await somebody.call('GET', '/api/session')).json).to.deep.equal({ user: null })
    expect(await rows()).to.have.length(before.length - 1)
  })

  it('registers an account once', async () => {
    const nobody = await client(open.port)
    const email = `new-${Date.now()}@bookshop.test`
    const body = { email, name: 'Ñusta 🌄', password: 'secret' }
    expect((await nobody.call('POST', '/api/register', body)).status).to.equal(201)
    expect(code(await nobody.call('POST', '/api/register', body))).to.equal('email_taken')
    const login = { email, password: 'wrong-one' }
    expect(code(await nobody.call('POST', '/api/login', login))).to.equal('bad_credentials')
  })

  it('logs every price change and does a repeated one once', async () => {
    const book = await newBook(open.port, 1, '10.00')
    const clerk = await staff(open.port)
    const body = { price: '12.5', reference: `price-${book}` }
    for (let time = 0; time < 2; time += 1) {
      const { json } = await clerk.call('PUT', `/api/books/${book}/price`, body)
      expect(json.price).to.equal('12.50')
    }
    const { json } = await clerk.call('GET', `/api/books/${book}/prices`)
    expect(json.items).to.have.length(1)
    const other = await customer(open.port, 7)
    expect((await other.call('PUT', `/api/books/${book}/price`, body)).status).to.equal(403)
  })

  it('keeps a book that was ordered', async () => {
    const book = await newBook(open.port, 3)
    const buyer = await customer(open.port, 8)
    await buyer.call('DELETE', '/api/cart')
    await buyer.call('POST', '/api/cart/items', { book_id: book })
    await buyer.call('POST', '/api/orders', orderBody(`keep-${book}`))
    const answer = await (await staff(open.port)).call('DELETE', `/api/books/${book}`)
    expect(code(answer)).to.equal('book_has_orders')
  })

  it('finds books by the beginning of title or author and by ISBN, in pages', async () => {
    const book = await newBook(open.port, 1)
    const nobody = await client(open.port)
    const ids = async (query: string) =>
      ((await nobody.call('GET', `/api/books?${query}`)).json.items as { id: number }[]).map(
        (each) => each.id,
      )
    expect(await ids('q=test%20book')).to.include(book)
    expect(await ids('q=Test%20b%25')).to.deep.equal([])
    expect(await ids(`q=${madeIsbn(1)}`)).to.deep.equal([1])
    const first = await ids('per_page=5&sort=price')
    const second = await ids('per_page=5&sort=price&page=2')
    expect(new Set([...first, ...second]).size).to.equal(10)
    expect((await nobody.call('GET', '/api/books?sort=magic')).status).to.equal(400)
    expect((await nobody.call('GET', '/api/books?q=a')).status).to.equal(400)
  })

  it('answers a ticket, keeps it from strangers, and deletes its messages with it', async () => {
    const asker = await customer(open.port, 9)
    const body = { subject: '¿Dónde?', body: '📦', reference: `ticket-${Date.now()}` }
    const ticket = await asker.call('POST', '/api/tickets', body)
    expect(ticket.status).to.equal(201)
    expect((await asker.call('POST', '/api/tickets', body)).status).to.equal(200)
    const path = `/api/tickets/${ticket.json.id}`
    expect((await (await customer(open.port, 10)).call('GET', path)).status).to.equal(404)
    const clerk = await staff(open.port)
    const answered = await clerk.call('POST', `${path}/messages`, { body: 'Tomorrow' })
    expect(answered.json).to.include({ status: 'answered' })
    expect((await clerk.call('DELETE', path)).status).to.equal(204)
    const left = await db.query('SELECT 1 FROM ticket_messages WHERE ticket_id = ?', [
      Number(ticket.json.id),
    ])
    expect(left).to.have.length(0)
  })

  it('shows price and stock on its pages, and what belongs to the customer beside them', async () => {
    const book = await newBook(open.port, 7, '33.10')
    const buyer = await customer(open.port, 11)
    const mark = `data-book-id="${book}" data-price="33.10" data-stock="7"`
    expect((await buyer.page(`/books/${book}`)).html).to.include(mark)
    expect((await buyer.page('/')).html).to.include('data-cart-count')
    await buyer.page('/cart/items', { book_id: String(book), quantity: '2' })
    expect((await buyer.page('/cart')).html).to.include(mark)
    const placed = await buyer.page('/checkout', {
      reference: `page-${book}`,
      name: 'Ana <b>',
      street: 'Calle 1',
      city: 'Bogotá',
      country: 'CO',
      method: 'pickup',
      payment: 'cash',
    })
    expect(placed.status).to.equal(303)
    const { html } = await buyer.page('/orders')
    expect(html).to.include(`data-reference="page-${book}"`)
    for (const path of ['/account', '/support', '/search?q=Test', '/category/shelf-1', '/login']) {
      expect((await buyer.page(path)).status, path).to.equal(200)
    }
    expect((await buyer.page('/nowhere')).status).to.equal(404)
  })

  it('asks a stranger to log in and then goes where they wanted', async () => {
    const nobody = await client(open.port)
    expect((await nobody.page('/cart')).status).to.equal(303)
  })

  it('says what is wrong with a request', async () => {
    const clerk = await staff(open.port)
    const bad = await clerk.call('POST', '/api/books', { title: '', author: 'A', price: '1' })
    expect(bad.json.error).to.include({ code: 'invalid_request', field: 'title' })
    expect((await clerk.call('GET', '/api/books/abc')).status).to.equal(404)
    expect((await clerk.call('GET', '/api/nothing')).status).to.equal(404)
  })
})
