/**
 * Who reaches another customer's things at the old shop, by the documents of the services that take
 * its calls over: who may do what must not change with who answers.
 */
import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import {
  alsoAtTheOldShop,
  type Caller,
  type Instance,
  type Operation,
  operationsOf,
  type Reached,
  reach,
  type World,
} from '../../services/kit/test/reach.ts'
import type { Database } from '../src/database.ts'
import type { OpenShop } from '../src/shop.ts'
import {
  type Client,
  client,
  newBook,
  openTestShop,
  orderBody,
  seededDatabase,
} from './support/shopUnderTest.ts'

describe("another customer's things at the shop", function () {
  this.timeout(300_000)
  const secret = randomUUID()
  const reference = randomUUID()
  const email = `owner-${secret}@bookshop.test`
  let db: Database
  let open: OpenShop
  let book = 0
  let order = 0
  let owner = 0
  let stranger = 0
  const clients = new Map<string, Client>()
  const of = (name: string): Client => clients.get(name) as Client

  async function newClient(name: string, role: string | null): Promise<number> {
    const nobody = await client(open.port)
    const address = name === 'owner' ? email : `${name}-${secret.slice(0, 8)}@bookshop.test`
    const account = { email: address, name, password: 'secret-word' }
    const { json } = await nobody.call('POST', '/api/register', account)
    const { id } = json.user as { id: number }
    if (role !== null) {
      await db.run('DELETE FROM user_roles WHERE user_id = ?', [id])
      await db.run('INSERT INTO user_roles (user_id, role, granted) VALUES (?, ?, NOW())', [
        id,
        role,
      ])
    }
    clients.set(name, await client(open.port, address, 'secret-word'))
    return id
  }

  before(async () => {
    db = await seededDatabase()
    open = await openTestShop({ SHOP_PROVIDER_SECRET: secret })
    clients.set('nobody', await client(open.port))
    owner = await newClient('owner', null)
    stranger = await newClient('stranger', null)
    for (const role of ['staff', 'admin', 'system', 'agent']) await newClient(role, role)
    book = await newBook(open.port, 50)
    await of('owner').call('PUT', '/api/profile', { street: secret })
    await of('owner').call('POST', '/api/cart/items', { book_id: book })
    const body = orderBody(reference)
    const shipping = { ...body.shipping, name: secret }
    const placed = await of('owner').call('POST', '/api/orders', { ...body, shipping })
    order = Number(placed.json.id)
    for (const name of ['owner', 'stranger']) {
      await of(name).call('POST', '/api/cart/items', { book_id: book })
    }
    const ticket = { subject: secret, body: secret, reference }
    await of('owner').call('POST', '/api/tickets', ticket)
    const lines = { order_id: order, line: 1, quantity: 1 }
    await of('owner').call('POST', '/api/returns', { ...lines, reason: secret, reference })
  })
  after(async () => {
    await open?.close()
    await db?.close()
  })

  async function about({ path }: Operation): Promise<readonly Instance[]> {
    const one = (id: unknown, isOwned: boolean) => [
      { path: path.replace(/\{\w+\}/, String(id)), isOwned },
    ]
    if (path.startsWith('/api/tickets/')) {
      const body = { subject: secret, body: secret }
      return one((await of('owner').call('POST', '/api/tickets', body)).json.id, true)
    }
    if (path.startsWith('/api/orders/')) return one(order, true)
    if (path.includes('{provider}')) return one('simulated', false)
    if (path.startsWith('/api/catalog/reservations/')) {
      const ref = randomUUID()
      const items = [{ book_id: book, quantity: 1 }]
      await of('system').call('POST', '/api/catalog/reservations', { order_ref: ref, items })
      return one(ref, true)
    }
    if (path.startsWith('/api/categories/{slug}')) return one('shelf-1', false)
    if (path.startsWith('/api/categories/{id}')) return one(1, false)
    return one(book, false)
  }

  /** The owner's, what a stranger has hung on the owner's order, and the book. */
  async function things(): Promise<unknown> {
    const mine: readonly [string, string][] = [
      ['users', 'id'],
      ['user_roles', 'user_id'],
      ['sessions', 'user_id'],
      ['orders', 'user_id'],
      ['tickets', 'user_id'],
      ['returns', 'user_id'],
      ['complaints', 'user_id'],
      ['feedback', 'user_id'],
    ]
    const rows = mine.map(([table, column]) =>
      db.query(`SELECT * FROM ${table} WHERE ${column} = ? ORDER BY 1`, [owner]),
    )
    const hung = ['tickets', 'returns', 'complaints'].map((table) =>
      db.query(`SELECT * FROM ${table} WHERE user_id = ? AND order_id = ?`, [stranger, order]),
    )
    return Promise.all([
      ...rows,
      ...hung,
      db.query('SELECT * FROM order_items WHERE order_id = ? ORDER BY line', [order]),
      db.query('SELECT * FROM order_events WHERE order_id = ? ORDER BY id', [order]),
      db.query(
        'SELECT m.* FROM ticket_messages m JOIN tickets t ON t.id = m.ticket_id WHERE t.user_id = ? ORDER BY m.id',
        [owner],
      ),
      db.query(
        'SELECT i.* FROM cart_items i JOIN carts c ON c.id = i.cart_id WHERE c.user_id = ? ORDER BY 2',
        [owner],
      ),
      db.query('SELECT title, price, stock, status FROM books WHERE id = ?', [book]),
    ])
  }

  const world = (more: Partial<World>): World => ({
    knowsPrograms: false,
    about,
    fields: ({ id }) => ({
      email,
      password: 'not-the-right-one',
      book_id: book,
      order_id: order,
      line: 1,
      quantity: 1,
      delta: 1,
      reference,
      order_ref: reference,
      status: id === 'changeStatus' ? 'packed' : 'A',
      title: 'A title',
      items: [{ book_id: book, quantity: 1 }],
      shipping: orderBody('').shipping,
      payment: id === 'placeOrder' ? orderBody('').payment : reference,
      order: reference,
      event: randomUUID(),
    }),
    ask: async ({ name }: Caller, method, path, body) => {
      const { status, json } = await of(name).call(method, path, body)
      return { status, text: JSON.stringify(json) }
    },
    secrets: () => [secret],
    things,
    alsoMay: {},
    leftOut: {},
    unshown: {},
    ...more,
  })

  const cases: readonly [string, Partial<World>, number, readonly string[]][] = [
    ['users', { leftOut: { logout: 'ends the session that it comes with' } }, 50, ['getProfile']],
    [
      'orders',
      {
        alsoMay: { getOrder: ['staff'], trackOrder: ['staff'] },
        unshown: {
          emptyCart: 'would empty the cart that the others are held against',
          placeOrder: 'the same',
          removeFromCart: 'the same',
          changeStatus: 'shown by another test',
        },
      },
      80,
      ['getOrder', 'listOrders'],
    ],
    [
      'support',
      {
        alsoMay: { listTickets: ['staff'], getTicket: ['staff'], addMessage: ['staff'] },
      },
      100,
      ['getTicket', 'listTickets', 'listReturns'],
    ],
    [
      'catalog',
      {
        unshown: {
          deleteBook: 'the book is sold',
          deleteCategory: 'it is in use',
          createCategory: 'shown by another test',
          patchCategory: 'the same',
          createBook: 'the same',
        },
      },
      150,
      [],
    ],
  ]
  for (const [service, more, least, shown] of cases) {
    describe(`by the document of ${service}`, () => {
      let found: Reached
      before(async () => {
        const document = alsoAtTheOldShop(service)
        expect(operationsOf(document).filter(({ demand }) => demand !== undefined)).to.not.equal([])
        found = await reach(document, world(more))
      })

      it('are reached by nobody else, by no verb of any path', () => {
        expect(found.wrong).to.deep.equal([])
        expect(found.asked).to.be.at.least(least)
      })

      it('are there to be reached: who may see them does', () => {
        expect(found.shown).to.include.members(shown)
      })
    })
  }
})
