import { expect } from 'chai'
import { sharedStack } from '../../../../scripts/src/stack/testing.ts'
import { settleClaims } from '../../src/tickets/claims.ts'
import { type FakeNeighbours, fakeNeighbours, madeOrder } from '../neighbours.ts'
import { agent, customer, type Running, runApp, staff } from '../running.ts'
import { openStore, type Store } from '../store.ts'

const ana = customer(11)
const ben = customer(12)
const eve = staff(90)

const injections = [
  "Robert'); DROP TABLE ticket; --",
  "' OR '1'='1",
  '<script>alert(document.cookie)</script>',
  '"><img src=x onerror=alert(1)>',
  '$'.concat('{7*7} {{7*7}} <%= 7*7 %>'),
  'x\r\nBcc: everybody@bookshop.test',
  '../../etc/passwd\u202e gpj.exe',
  '\\\\%_ %00 \u2028 👩‍👩‍👧 日本',
]

describe('tickets', function () {
  this.timeout(60_000)
  let store: Store
  let shop: FakeNeighbours
  let service: Running

  before(async () => {
    store = await openStore(await sharedStack('services-db'))
    shop = fakeNeighbours()
    shop.ordersOf.set(ana.id, [madeOrder(ana.id, 501)])
    service = await runApp({ database: store.database, ...shop })
  })
  after(async () => {
    await service?.stop()
    await store?.close()
  })
  beforeEach(async () => {
    shop.away.clear()
    await store.events()
  })

  const open = (body: object, who = ana) => service.ask(who, 'POST', '/api/tickets', body)

  it('stores and shows injection strings as they came', async () => {
    for (const words of injections) {
      const made = await open({ subject: words, body: words })
      expect(made.status).to.equal(201)
      const path = `/api/tickets/${made.json.id}`
      const { headers, json } = await service.ask(ana, 'GET', path)
      expect(json.subject).to.equal(words)
      expect(json).to.have.nested.property('messages[0].body', words)
      expect(headers.get('content-type')).to.equal('application/json; charset=utf-8')
    }
  })

  it('announces a ticket, an answer and a reply, in the transaction that writes them', async () => {
    const { json } = await open({ subject: 'Where', body: 'is it', order_id: 501 })
    const path = `/api/tickets/${json.id}/messages`
    await service.ask(eve, 'POST', path, { body: 'On its way' })
    await service.ask(ana, 'POST', path, { body: 'Thanks' })
    const events = await store.events()
    expect(events.map(({ type, key }) => [type, key])).to.deep.equal([
      ['ticket.opened', `query:${json.id}`],
      ['ticket.answered', `query:${json.id}`],
      ['ticket.answered', `query:${json.id}`],
    ])
    expect(events.map(({ payload }) => payload.from_staff)).to.deep.equal([false, true, false])
    expect(await store.root('outbox').count({ n: '*' }).first()).to.deep.equal({ n: 0 })
  })

  it('makes one ticket of fifty submits with one reference', async () => {
    const body = { subject: 'Twice', body: 'or more', reference: 'double-submit' }
    const answers = await Promise.all(Array.from({ length: 50 }, () => open(body)))
    expect(new Set(answers.map(({ json }) => json.id)).size).to.equal(1)
    expect(answers.filter(({ status }) => status === 201)).to.have.length(1)
    expect(await store.events()).to.have.length(1)
  })

  it('refuses an order of somebody else, and lets staff name any', async () => {
    const body = { subject: 'Mine', body: 'really', order_id: 501 }
    const refused = await open(body, ben)
    expect([refused.status, refused.json.error]).to.deep.include.members([400])
    expect(refused.json).to.have.nested.property('error.field', 'order_id')
    expect((await open(body, eve)).json.order_id).to.equal(501)
  })

  it('takes a ticket while orders is away, says so, and puts the order in later', async () => {
    await store.root('order_claim').delete()
    shop.away.add('orders')
    const made = await open({ subject: 'Late', body: 'very', order_id: '501' })
    expect([made.status, made.headers.get('x-missing'), made.json.order_id]).to.deep.equal([
      201,
      'orders',
      null,
    ])
    const strangers = await open({ subject: 'Late', body: 'too', order_id: 501 }, ben)
    shop.away.clear()
    expect(await settleClaims(store.database, shop.orders)).to.equal(2)
    const mine = await service.ask(ana, 'GET', `/api/tickets/${made.json.id}`)
    const theirs = await service.ask(ben, 'GET', `/api/tickets/${strangers.json.id}`)
    expect([mine.json.order_id, theirs.json.order_id]).to.deep.equal([501, null])
    expect(await settleClaims(store.database, shop.orders)).to.equal(0)
  })

  it('asks for a return again later while orders is away', async () => {
    shop.away.add('orders')
    const body = { order_id: 501, line: 1, quantity: 1, reason: 'torn' }
    const answer = await service.ask(ana, 'POST', '/api/returns', body)
    expect([answer.status, answer.headers.get('retry-after')]).to.deep.equal([503, '2'])
    expect(answer.json).to.have.nested.property('error.code', 'orders_unavailable')
    expect(await store.events()).to.have.length(0)
  })

  it('takes feedback on a book that cannot be looked up, and refuses one that is not there', async () => {
    const body = { rating: 5, book_id: 424_242 }
    expect((await service.ask(ana, 'POST', '/api/feedback', body)).status).to.equal(404)
    shop.away.add('catalog')
    const taken = await service.ask(ana, 'POST', '/api/feedback', body)
    expect([taken.status, taken.headers.get('x-missing')]).to.deep.equal([201, 'catalog'])
  })

  it('shows what readers say about a book, without names while users is away', async () => {
    shop.bookIds.add(77)
    shop.accounts.set(ana.id, { name: 'Ana García', email: 'ana@bookshop.test' })
    const body = { rating: 4, body: '<b>good</b>', book_id: 77 }
    await service.ask(ana, 'POST', '/api/feedback', body)
    const path = '/api/support/books/77/feedback'
    const one = { rating: 4, body: '<b>good</b>' }
    expect((await service.ask(null, 'GET', path)).json).to.deep.equal({
      items: [{ ...one, name: 'Ana García' }],
      missing: [],
    })
    shop.away.add('users')
    expect((await service.ask(null, 'GET', path)).json).to.deep.equal({
      items: [{ ...one, name: null }],
      missing: ['users'],
    })
  })

  it('deletes a ticket with everything that hangs on it', async () => {
    const { json } = await open({ subject: 'Forget', body: 'me' })
    await service.ask(eve, 'POST', `/api/support/cases/query/${json.id}/take`)
    const path = `/api/tickets/${json.id}`
    expect((await service.ask(agent(80), 'DELETE', path)).status).to.equal(403)
    expect((await service.ask(eve, 'DELETE', path)).status).to.equal(204)
    expect((await service.ask(eve, 'DELETE', path)).status).to.equal(404)
    for (const [table, where] of [
      ['ticket_message', { ticket_id: json.id }],
      ['assignment', { kind: 'query', case_id: json.id }],
    ] as const) {
      expect(await store.root(table).where(where).first()).to.equal(undefined)
    }
  })

  it('answers 503 to a write while the database refuses it, and reads on', async () => {
    const { json } = await open({ subject: 'Before', body: 'the move' })
    await store.root.raw(
      "CREATE TRIGGER fence BEFORE INSERT ON ticket_message FOR EACH ROW SIGNAL SQLSTATE '45000'",
    )
    try {
      const path = `/api/tickets/${json.id}`
      const refused = await service.ask(ana, 'POST', `${path}/messages`, { body: 'During' })
      expect([refused.status, refused.headers.get('retry-after')]).to.deep.equal([503, '1'])
      expect(refused.json).to.have.nested.property('error.code', 'support_moved')
      expect((await service.ask(ana, 'GET', path)).json.messages).to.have.length(1)
    } finally {
      await store.root.raw('DROP TRIGGER fence')
    }
  })

  const strict: readonly (readonly [string, object])[] = [
    ['/api/tickets', { subject: 'a', body: 'b', status: 'closed' }],
    ['/api/complaints', { body: 'b', resolved: true }],
    ['/api/returns', { order_id: 501, line: 1, quantity: 1, reason: 'r', status: 'refunded' }],
    ['/api/feedback', { rating: 5, user_id: 12 }],
    ['/api/support/questions', { question: 'q', ticket_id: 1 }],
  ]
  for (const [path, body] of strict) {
    it(`refuses a field that ${path} does not have`, async () => {
      expect((await service.ask(ana, 'POST', path, body)).status).to.equal(400)
    })
  }

  it('refuses a body over the limit with 413', async () => {
    const body = 'x'.repeat(110_000)
    expect((await open({ subject: 'Long', body })).status).to.equal(413)
    const long = await service.ask(ana, 'POST', '/api/support/questions', { question: body })
    expect(long.status).to.equal(413)
  })
})
