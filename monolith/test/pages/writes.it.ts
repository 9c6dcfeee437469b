/**
 * The pages' forms, both ways. What a form answers and what is in the tables afterwards must not
 * tell which way it went.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import type { Database } from '../../src/database.ts'
import { type PageWay, setPageWay } from '../../src/settings.ts'
import type { OpenShop } from '../../src/shop.ts'
import { type Browser, browser } from '../support/browser.ts'
import { newBook, openTestShop, seededDatabase } from '../support/shopUnderTest.ts'

/** A door of our own before the shop: hears everything, and may do something else than pass on. */
type Trick = 'pass' | 'refuse' | 'hide the answer' | 'close'

describe("the pages' forms", function () {
  this.timeout(90_000)
  let db: Database
  let open: OpenShop
  let door: Server
  let trick: Trick[]
  let heard: { method: string; path: string; headers: IncomingMessage['headers']; body: string }[]

  before(async () => {
    db = await seededDatabase()
    door = createServer(async (req, res) => {
      const chunks: Buffer[] = []
      for await (const chunk of req) chunks.push(chunk as Buffer)
      const body = Buffer.concat(chunks).toString()
      const { method = '', url = '', headers } = req
      heard.push({ method, path: url, headers, body })
      const next = trick.shift() ?? 'pass'
      if (next === 'close') return req.socket.destroy()
      if (next === 'refuse') return res.writeHead(503, { 'retry-after': '1' }).end('{}')
      const { host: _, connection: __, 'content-length': ___, ...passed } = headers
      const answer = await fetch(`http://127.0.0.1:${open.port}${url}`, {
        method,
        headers: passed as Record<string, string>,
        ...(body === '' ? {} : { body }),
      })
      if (next === 'hide the answer') return req.socket.destroy()
      const cookies = answer.headers.getSetCookie()
      res.writeHead(answer.status, {
        'content-type': answer.headers.get('content-type') ?? 'text/plain',
        ...(cookies.length > 0 ? { 'set-cookie': cookies } : {}),
        ...(answer.status === 503 ? { 'retry-after': '1' } : {}),
      })
      res.end(Buffer.from(await answer.arrayBuffer()))
    })
    door.listen(0, '127.0.0.1')
    await once(door, 'listening')
    const at = `http://127.0.0.1:${(door.address() as AddressInfo).port}`
    open = await openTestShop({
      SHOP_DOOR_URL: `http://127.0.0.1:2,${at}`,
      SHOP_DOOR_PATIENCE_MS: '1500',
    })
  })
  beforeEach(() => {
    ;[trick, heard] = [[], []]
  })
  after(async () => {
    if (db) await setPageWay(db, 'sql')
    await open?.close()
    door?.closeAllConnections()
    door?.close()
    await db?.close()
  })

  let visitors = 0
  async function newcomer(): Promise<Browser & { readonly email: string }> {
    visitors += 1
    const email = `form-${process.pid}-${Date.now()}-${visitors}@bookshop.test`
    const visitor = browser(open.port)
    await visitor.send('/register', { name: 'Ana', email, password: 'secret-word' })
    return Object.assign(visitor, { email })
  }
  const count = async (sql: string, ...values: string[]): Promise<number> =>
    Number((await db.query<{ n: number }>(`SELECT COUNT(*) AS n FROM ${sql}`, values))[0]?.n)
  const address = { name: 'Ana <b>', street: 'Calle 1', city: 'Bogotá', country: 'CO' }
  const order = (reference: string) => ({
    reference,
    ...address,
    method: 'pickup',
    payment: 'cash',
  })

  /** Everything that a customer does with forms, as it shows; numbers that differ are left out. */
  async function tour(book: number) {
    const seen: unknown[] = []
    const email = `tour-${process.pid}-${Date.now()}-${Math.random()}@bookshop.test`
    const me = browser(open.port)
    const step = async (path: string, form?: Record<string, string>) => {
      const answer = await me.send(path, form)
      const problem = /(?:role="alert"|data-error-code="[^"]*")>[^<]*/.exec(answer.html)?.[0]
      const location = answer.location?.replace(/\d+/g, 'N')
      const page = answer.html
        .replaceAll(email, 'EMAIL')
        .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'UUID')
        .replace(/-?\d{10,}(\.\d+)?/g, 'N')
        .replace(
          /data-user-id="\d+"|order=\d+|\/(orders|support)\/\d+|order \d+|data-(order|ticket)-id="\d+"/g,
          'N',
        )
        .replace(/value="\d+"|\d{4}-\d\d-\d\dT[^<]*/g, 'N')
        .replaceAll(String(book), 'BOOK')
      seen.push({ path: path.replace(/\d+/g, 'N'), status: answer.status, location, problem, page })
      return answer
    }
    const account = { name: 'Ñusta 🌄', email, password: 'secret-word' }
    await step('/cart/items', { book_id: String(book) })
    await step('/register', { ...account, password: 'short' })
    await step('/register', account)
    await step('/register', account)
    await step('/login', { email, password: 'wrong-word' })
    await step('/login', { email, password: 'secret-word', next: '/cart' })
    await step('/login', { email, password: 'secret-word', next: '//evil.test' })
    await step('/account', { name: 'Ana María', city: 'Cali', country: '', newsletter: 'Y' })
    await step('/account')
    await step('/account', { name: '' })
    await step('/account', { salary: '1' })
    await step('/account', { name: 'Ana María' })
    await step('/account')
    await step('/cart/items', { book_id: String(book), quantity: '2' })
    await step('/cart/items', { book_id: String(book), quantity: '100' })
    await step('/cart/items', { book_id: 'x' })
    await step('/cart/items', { book_id: '4000000000' })
    await step('/cart')
    await step('/cart/remove', { book_id: 'x' })
    await step('/cart/remove', { book_id: String(book) })
    await step('/cart/remove', { book_id: String(book) })
    const reference = `tour-${Date.now()}-${Math.random()}`
    await step('/checkout', order(reference))
    await step('/cart/items', { book_id: String(book) })
    await step('/checkout', { ...order(reference), country: 'co' })
    const placed = await step('/checkout', order(reference))
    await step(placed.location ?? '')
    const again = await me.send('/checkout', order(reference))
    expect(again.location).to.equal(placed.location)
    await step('/cart/items', { book_id: String(book), quantity: '99' })
    await step('/checkout', order(`${reference}-2`))
    const id = placed.location?.split('/').at(-1) ?? ''
    await step('/support', { subject: 'Where?', body: '📦', order_id: '' })
    const ticket = await step('/support', { subject: 'Where?', body: '<i>', order_id: id })
    await step('/support', { subject: '', body: 'x', order_id: '' })
    await step('/support', { subject: 'x', body: 'x', order_id: '1' })
    const path = ticket.location ?? ''
    await step(`${path}/messages`, { body: 'And now?' })
    await step(`${path}/messages`, { body: '' })
    await step('/support/2000000000/messages', { body: 'x' })
    await step('/support/x/messages', { body: 'x' })
    await step(path)
    await step(`/books/${book}/feedback`, { rating: '5', body: 'Good' })
    await step(`/books/${book}/feedback`, { rating: '6' })
    await step('/books/4000000000/feedback', { rating: '5' })
    await step(`/books/${book}`)
    await step('/logout', {})
    await step('/cart')
    await step('/support', { subject: 'x', body: 'x' })
    return seen
  }

  it('answer the same both ways, the pages they lead to included', async () => {
    const books = [await newBook(open.port, 9, '33.10'), await newBook(open.port, 9, '33.10')]
    const seen: Partial<Record<PageWay, unknown[]>> = {}
    for (const [place, way] of (['sql', 'api'] as const).entries()) {
      await setPageWay(db, way)
      const name = /Test book \d+/g
      const text = JSON.stringify(await tour(books[place] as number)).replace(name, 'Test book')
      seen[way] = JSON.parse(text)
    }
    for (const [place, bySql] of (seen.sql ?? []).entries()) {
      const lines = (step: unknown) => JSON.stringify(step).split('\\n')
      expect(lines(seen.api?.[place]), `step ${place}`).to.deep.equal(lines(bySql))
    }
    // The shop's recovery asks at the same door, about orders of other tests.
    const forms = heard.filter(({ path }) => !path.startsWith('/api/catalog/reservations'))
    const asked = new Set(forms.map(({ method, path }) => `${method} ${path.replace(/\d+/g, 'N')}`))
    expect([...asked].sort()).to.deep.equal([
      'DELETE /api/cart/items/N',
      'POST /api/cart/items',
      'POST /api/feedback',
      'POST /api/login',
      'POST /api/logout',
      'POST /api/orders',
      'POST /api/register',
      'POST /api/tickets',
      'POST /api/tickets/N/messages',
      'PUT /api/preferences',
      'PUT /api/profile',
    ])
  })

  it('write nothing by SQL of their own when they ask the API', async () => {
    await setPageWay(db, 'sql')
    const me = await newcomer()
    const book = await newBook(open.port, 3)
    await setPageWay(db, 'api')
    const forms: [string, Record<string, string>][] = [
      ['/cart/items', { book_id: String(book) }],
      ['/cart/remove', { book_id: String(book) }],
      ['/account', { city: 'Cali' }],
      ['/support', { subject: 'a', body: 'b' }],
      [`/books/${book}/feedback`, { rating: '4' }],
      ['/checkout', order(`refused-${Date.now()}`)],
      ['/logout', {}],
      ['/login', { email: me.email, password: 'secret-word' }],
      ['/register', { name: 'x', email: `x-${Date.now()}@y.test`, password: 'secret-word' }],
    ]
    const rows = async () =>
      Promise.all(
        ['users', 'sessions', 'cart_items', 'carts', 'orders', 'tickets', 'feedback'].map((table) =>
          count(table),
        ),
      )
    const before = await rows()
    for (const [path, form] of forms) {
      heard = []
      trick = Array(60).fill('close')
      const answer = await me.send(path, form)
      expect(heard.length, path).to.be.greaterThan(0)
      expect(answer.status, path).to.equal(503)
    }
    expect(await rows()).to.deep.equal(before)
  })

  it('are one write when the answer to the first was lost, or say that it is not known', async () => {
    await setPageWay(db, 'sql')
    const me = await newcomer()
    const book = await newBook(open.port, 9)
    await setPageWay(db, 'api')
    trick = ['hide the answer']
    const ticket = await me.send('/support', { subject: `lost-${me.email}`, body: 'b' })
    expect(ticket.status).to.equal(303)
    expect(await count('tickets WHERE subject = ?', `lost-${me.email}`)).to.equal(1)
    trick = ['hide the answer']
    await me.send(`${ticket.location}/messages`, { body: `lost-${me.email}` })
    expect(await count('ticket_messages WHERE body = ?', `lost-${me.email}`)).to.equal(1)
    trick = ['hide the answer']
    await me.send(`/books/${book}/feedback`, { rating: '1', body: `lost-${me.email}` })
    expect(await count('feedback WHERE body = ?', `lost-${me.email}`)).to.equal(1)
    // Copies that are put into a cart twice are two copies: nobody asks twice.
    trick = ['hide the answer']
    const added = await me.send('/cart/items', { book_id: String(book), quantity: '2' })
    expect(added.status).to.equal(503)
    expect(added.html).to.include('data-error-code="outcome_unknown"')
    expect((await me.send('/cart')).html).to.include('data-quantity="2"')
    trick = ['hide the answer']
    const reference = `lost-${Date.now()}`
    const placed = await me.send('/checkout', order(reference))
    expect(placed.status).to.equal(303)
    expect(await count('orders WHERE reference = ?', reference)).to.equal(1)
    const there = await me.send('/register', {
      name: 'x',
      email: `x-${me.email}`,
      password: 'secret-word',
    })
    expect(there.status).to.equal(303)
  })

  it('go on when the door was shut for a moment', async () => {
    await setPageWay(db, 'api')
    trick = ['refuse', 'refuse']
    const me = await newcomer()
    expect(heard.map(({ path }) => path)).to.deep.equal(Array(3).fill('/api/register'))
    trick = ['refuse', 'close']
    const answer = await me.send('/logout', {})
    expect(answer.status).to.equal(303)
    expect((await me.send('/cart')).status).to.equal(303)
  })

  it('keep the reference of an order that nobody knows the end of', async () => {
    await setPageWay(db, 'sql')
    const me = await newcomer()
    const book = await newBook(open.port, 3)
    await me.send('/cart/items', { book_id: String(book) })
    await setPageWay(db, 'api')
    trick = Array(60).fill('close')
    const answer = await me.send('/checkout', order('kept-reference'))
    expect(answer.status).to.equal(503)
    expect(answer.html).to.include('value="kept-reference"').and.to.include('role="alert"')
  })

  it('pass on who asks and whose trace it is, and nothing else', async () => {
    await setPageWay(db, 'api')
    const me = await newcomer()
    heard = []
    await me.send(
      '/account',
      { city: 'Cali' },
      {
        'x-request-id': 'q-1',
        traceparent: '00-11111111111111111111111111111111-2222222222222222-01',
        tracestate: 'somebody=1',
        'user-agent': 'a browser',
        referer: 'http://somewhere/',
        'x-matapalo-identity': 'me',
      },
    )
    for (const { headers } of heard) {
      expect(headers).to.include({
        'x-request-id': 'q-1',
        traceparent: '00-11111111111111111111111111111111-2222222222222222-01',
        tracestate: 'somebody=1',
        'user-agent': 'a browser',
        cookie: me.cookie(),
      })
      expect(headers).to.not.have.any.keys('referer', 'x-matapalo-identity', 'origin')
    }
    expect(heard).to.have.length(2)
  })
})
