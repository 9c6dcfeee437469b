import { expect } from 'chai'
import { sharedStack } from '../../../../scripts/src/stack/testing.ts'
import { type FakeNeighbours, fakeNeighbours, madeOrder } from '../neighbours.ts'
import { agent, customer, type Person, type Running, runApp, staff } from '../running.ts'
import { openStore, type Store } from '../store.ts'

const ana = customer(211)
const gil = agent(280, 'Gil')
const ida = agent(281, 'Ida')
const eve = staff(290, 'Eve')

type Kind = 'query' | 'complaint' | 'return' | 'feedback'

describe('the desk', function () {
  this.timeout(60_000)
  let store: Store
  let shop: FakeNeighbours
  let service: Running

  before(async () => {
    store = await openStore(await sharedStack('services-db'))
    shop = fakeNeighbours()
    shop.ordersOf.set(ana.id, [madeOrder(ana.id, 601)])
    shop.accounts.set(ana.id, { name: 'Ana', email: 'ana@bookshop.test' })
    service = await runApp({ database: store.database, ...shop })
    for (const one of [gil, ida]) await service.ask(one, 'GET', '/api/support/agents')
  })
  after(async () => {
    await service?.stop()
    await store?.close()
  })
  beforeEach(async () => {
    shop.away.clear()
    await store.events()
  })

  const bodies: Readonly<Record<Kind, readonly [path: string, body: object]>> = {
    query: ['/api/tickets', { subject: 'Where is it?', body: 'My order', order_id: 601 }],
    complaint: ['/api/complaints', { body: 'It was torn', order_id: 601 }],
    return: ['/api/returns', { order_id: 601, line: 1, quantity: 1, reason: 'Read it before' }],
    feedback: ['/api/feedback', { rating: 2, body: 'Slow' }],
  }
  const make = async (kind: Kind): Promise<number> => {
    const [path, body] = bodies[kind]
    const { status, json } = await service.ask(ana, 'POST', path, body)
    expect(status).to.equal(201)
    await store.events()
    return json.id as number
  }
  const pathOf = (kind: Kind, id: number, verb = '') =>
    `/api/support/cases/${kind}/${id}${verb === '' ? '' : `/${verb}`}`
  const act = (who: Person, kind: Kind, id: number, verb: string, body?: object) =>
    service.ask(who, 'POST', pathOf(kind, id, verb), body)
  const view = (kind: Kind, id: number, who = gil) => service.ask(who, 'GET', pathOf(kind, id))
  const types = async () => (await store.events()).map(({ type }) => type)

  it('takes a query, answers it, hands it over and closes it', async () => {
    const id = await make('query')
    const taken = await act(gil, 'query', id, 'take')
    expect(taken.json).to.deep.include({ state: 'open', agent: { id: gil.id, name: 'Gil' } })
    expect((await act(gil, 'query', id, 'take')).status).to.equal(200)
    const answer = await act(gil, 'query', id, 'answer', { body: 'On its way' })
    expect([answer.status, answer.json.state]).to.deep.equal([201, 'answered'])
    const over = await act(gil, 'query', id, 'handover', { agent_id: ida.id })
    expect(over.json.agent).to.deep.equal({ id: ida.id, name: 'Ida' })
    expect((await act(gil, 'query', id, 'close')).json.code).to.equal('case_taken')
    expect((await act(ida, 'query', id, 'close', {})).json.state).to.equal('closed')
    expect((await act(ida, 'query', id, 'close')).status).to.equal(200)
    expect(await types()).to.deep.equal([
      'ticket.assigned',
      'ticket.answered',
      'ticket.assigned',
      'ticket.closed',
    ])
    const { json } = await service.ask(ana, 'GET', `/api/tickets/${id}`)
    expect([json.status, (json.messages as unknown[]).length]).to.deep.equal(['closed', 2])
  })

  it('gives a case to one of twenty agents who reach for it at once', async () => {
    const id = await make('query')
    const agents = Array.from({ length: 20 }, (_, at) => agent(300 + at))
    const answers = await Promise.all(agents.map((one) => act(one, 'query', id, 'take')))
    expect(answers.filter(({ status }) => status === 200)).to.have.length(1)
    const late = answers.filter(({ status }) => status === 409)
    expect(late).to.have.length(19)
    for (const { json } of late) expect(json.code).to.equal('case_taken')
    expect(await types()).to.deep.equal(['ticket.assigned'])
  })

  it('lets staff, and no other agent, take a case out of a colleague’s hands', async () => {
    const id = await make('complaint')
    await act(gil, 'complaint', id, 'take')
    expect((await act(ida, 'complaint', id, 'handover', { agent_id: ida.id })).status).to.equal(409)
    const back = await act(eve, 'complaint', id, 'handover', { agent_id: null })
    expect([back.status, back.json.agent]).to.deep.equal([200, null])
  })

  it('hands a case to nobody who has never been at the desk', async () => {
    const id = await make('query')
    const answer = await act(gil, 'query', id, 'handover', { agent_id: ana.id })
    expect([answer.status, answer.json.code]).to.deep.equal([400, 'unknown_agent'])
  })

  for (const kind of ['complaint', 'return', 'feedback'] as const) {
    it(`answers a ${kind} on a ticket that the customer finds`, async () => {
      const id = await make(kind)
      const words = { body: 'We are sorry', reference: `desk-${kind}` }
      const first = await act(gil, kind, id, 'answer', words)
      const again = await act(gil, kind, id, 'answer', words)
      expect([first.status, again.status]).to.deep.equal([201, 200])
      const ticket = first.json.ticket_id as number
      const seen = await service.ask(ana, 'GET', `/api/tickets/${ticket}`)
      expect(seen.json).to.include({ status: 'answered', user_id: ana.id })
      expect(seen.json).to.have.nested.property('messages[0].from_staff', true)
      await act(gil, kind, id, 'answer', { body: 'And here is a voucher' })
      const { json } = await view(kind, id)
      expect(json.messages).to.have.length(2)
      const outcome = kind === 'return' ? { outcome: 'refunded' } : {}
      expect((await act(gil, kind, id, 'close', outcome)).json.state).to.equal('closed')
      const end = await service.ask(ana, 'GET', `/api/tickets/${ticket}`)
      expect(end.json.status).to.equal('closed')
      expect((await act(gil, kind, id, 'answer', { body: 'x' })).json.code).to.equal('case_closed')
    })
  }

  it('decides a return: accepted stays open, refunded ends it', async () => {
    const id = await make('return')
    expect((await act(gil, 'return', id, 'close')).status).to.equal(400)
    const accepted = await act(gil, 'return', id, 'close', { outcome: 'accepted' })
    expect(accepted.json.state).to.equal('open')
    const refunded = await act(gil, 'return', id, 'close', { outcome: 'refunded' })
    expect(refunded.json.state).to.equal('closed')
    expect((await act(gil, 'return', id, 'close', { outcome: 'refused' })).status).to.equal(409)
    expect(
      (await store.events()).map(({ type, payload }) => [type, payload.outcome]),
    ).to.deep.equal([
      ['ticket.answered', 'accepted'],
      ['ticket.closed', 'refunded'],
    ])
    const { json } = await service.ask(ana, 'GET', '/api/returns')
    expect((json.items as { id: number; status: string }[])[0]).to.include({
      id,
      status: 'refunded',
    })
  })

  it('shows the customer’s profile and orders, live', async () => {
    const id = await make('query')
    const { json } = await view('query', id)
    expect(json.missing).to.deep.equal([])
    expect(json.customer).to.deep.equal({
      id: ana.id,
      name: 'Ana',
      email: 'ana@bookshop.test',
      active: true,
    })
    expect(json).to.have.nested.property('orders[0].reference', 'order-601')
    shop.accounts.set(ana.id, { name: 'Ana María', email: 'ana@bookshop.test' })
    expect((await view('query', id)).json).to.have.nested.property('customer.name', 'Ana María')
  })

  it('goes on when users or orders is away, and says which', async () => {
    const id = await make('complaint')
    shop.away.add('orders')
    const half = await view('complaint', id)
    expect([half.status, half.json.orders, half.json.missing]).to.deep.equal([
      200,
      null,
      ['orders'],
    ])
    shop.away.add('users')
    const alone = await view('complaint', id)
    expect(alone.json).to.deep.include({ customer: null, orders: null, words: 'It was torn' })
    expect(alone.json.missing).to.have.members(['users', 'orders'])
    expect((await act(gil, 'complaint', id, 'answer', { body: 'Still here' })).status).to.equal(201)
  })

  it('shows an order that could not be looked at as claimed', async () => {
    shop.away.add('orders')
    const id = await make('query')
    expect((await view('query', id)).json).to.include({ order_id: null, claimed_order_id: 601 })
  })

  it('lists by kind, state and agent, page by page', async () => {
    const ids = [await make('feedback'), await make('feedback'), await make('feedback')]
    await act(ida, 'feedback', ids[1] ?? 0, 'take')
    const list = async (query: string, who = ida) => {
      const { json } = await service.ask(who, 'GET', `/api/support/cases?kind=feedback${query}`)
      const items = json.items as { id: number }[]
      return { ids: items.map(({ id }) => id), next: json.next as number | null }
    }
    expect((await list('&agent=me')).ids).to.deep.equal([ids[1]])
    expect((await list('&agent=none&state=open&limit=2')).ids).to.deep.equal([ids[2], ids[0]])
    const first = await list('&limit=2')
    expect(first).to.deep.equal({ ids: [ids[2], ids[1]], next: ids[1] })
    expect((await list(`&limit=2&before=${first.next}`)).ids[0]).to.equal(ids[0])
    await act(ida, 'feedback', ids[1] ?? 0, 'close')
    expect((await list('&agent=me&state=closed')).ids).to.deep.equal([ids[1]])
  })

  it('lists agents with the cases they have', async () => {
    const { json } = await service.ask(eve, 'GET', '/api/support/agents')
    const names = (json.items as { name: string }[]).map(({ name }) => name)
    expect(names).to.include.members(['Eve', 'Gil', 'Ida'])
  })

  it('knows no case of an unknown kind or number, in problem details', async () => {
    for (const path of ['query/99999999', 'query/x', 'parcel/1']) {
      const answer = await service.ask(gil, 'GET', `/api/support/cases/${path}`)
      expect(answer.status).to.equal(404)
      expect(answer.headers.get('content-type')).to.contain('application/problem+json')
      expect(answer.json).to.include({ status: 404, code: 'not_found' })
    }
  })
})
