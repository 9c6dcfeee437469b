/** Who reaches another customer's tickets, returns, complaints, questions: agents and staff, no one else. */
import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { sharedStack } from '../../../../scripts/src/stack/testing.ts'
import {
  type Caller,
  documentOf,
  type Instance,
  type Operation,
  operationsOf,
  type Reached,
  reach,
} from '../../../kit/test/reach.ts'
import { fakeNeighbours, madeOrder } from '../neighbours.ts'
import { customer, type Running, runApp, staff } from '../running.ts'
import { openStore, type Store } from '../store.ts'

const owner = customer(811)
const stranger = customer(812)
const ids = { owner: owner.id, stranger: stranger.id, colleague: 880 } as const
const ownersOrder = 801
const document = documentOf('support')

describe('who reaches what', function () {
  this.timeout(300_000)
  const secret = `only the owner ${randomUUID()}`
  const reference = randomUUID()
  let store: Store
  let service: Running

  before(async () => {
    store = await openStore(await sharedStack('services-db'))
    const shop = fakeNeighbours()
    shop.ordersOf.set(owner.id, [madeOrder(owner.id, ownersOrder)])
    service = await runApp({ database: store.database, ...shop })
  })
  after(async () => {
    await service?.stop()
    await store?.close()
  })

  const made = async (path: string, body: object): Promise<number> =>
    (await service.ask(owner, 'POST', path, body)).json.id as number

  /** The operation's path about something new of the owner's, of every kind of case. */
  async function about({ path }: Operation): Promise<readonly Instance[]> {
    const ticket = () => made('/api/tickets', { subject: secret, body: secret })
    const one = (id: number): Instance => ({
      path: path.replace('{id}', String(id)),
      isOwned: true,
    })
    if (path.startsWith('/api/tickets/')) return [one(await ticket())]
    if (path.startsWith('/api/support/questions/')) {
      return [one(await made('/api/support/questions', { question: secret }))]
    }
    if (path.startsWith('/api/support/books/')) return [{ ...one(7), isOwned: false }]
    if (!path.includes('{kind}')) return [{ path, isOwned: false }]
    const cases = {
      query: await ticket(),
      complaint: await made('/api/complaints', { body: secret }),
      return: await made('/api/returns', {
        order_id: ownersOrder,
        line: 1,
        quantity: 1,
        reason: secret,
      }),
      // What is said of a book is public; this says nothing of one.
      feedback: await made('/api/feedback', { rating: 5, body: secret }),
    }
    return Object.entries(cases).map(([kind, id]) => {
      const { path, isOwned } = one(id)
      return { path: path.replace('{kind}', kind), isOwned }
    })
  }

  async function ask(caller: Caller, method: string, path: string, body: unknown) {
    const who = caller.person === null ? null : { id: ids[caller.person], roles: caller.roles }
    if (caller.scopes === undefined) return service.ask(who, method, path, body)
    const token = await service.bearer({ scope: caller.scopes.join(' '), roles: caller.roles })
    const response = await fetch(`${service.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: response.status, text: await response.text() }
  }

  /** The owner's, and what a stranger has hung on the owner's order. */
  async function things(): Promise<unknown> {
    const { database } = store
    const tickets = database('ticket').where({ user_id: owner.id }).select('id')
    const kept = ['ticket', 'return_request', 'complaint', 'feedback', 'bot_question']
    const foreign = ['ticket', 'return_request', 'complaint']
    return Promise.all([
      ...kept.map((table) => database(table).where({ user_id: owner.id }).orderBy('id')),
      database('ticket_message').whereIn('ticket_id', tickets).orderBy('id'),
      ...foreign.map((table) =>
        database(table).where({ user_id: stranger.id, order_id: ownersOrder }).orderBy('id'),
      ),
    ])
  }

  describe('by the document', () => {
    let found: Reached
    before(async () => {
      // Lists have something to show from the first question on.
      await made('/api/tickets', { subject: secret, body: secret, reference })
      const asked = { order_id: ownersOrder, line: 1, quantity: 1, reason: secret }
      await made('/api/returns', { ...asked, reference })
      found = await reach(document, {
        knowsPrograms: true,
        about,
        fields: ({ id }, path) => ({
          order_id: ownersOrder,
          agent_id: null,
          // The owner's own: a repeat must not become anybody's way in.
          reference,
          ...(id === 'closeCase' && path.includes('/return/') ? { outcome: 'refused' } : {}),
        }),
        ask,
        secrets: () => [secret],
        things,
        // Everybody who works here sees and answers tickets.
        alsoMay: {
          listTickets: ['agent', 'staff'],
          getTicket: ['agent', 'staff'],
          addMessage: ['agent', 'staff'],
        },
        leftOut: {},
        unshown: {},
      })
    })

    it('is nobody but the owner and those whose work it is', () => {
      expect(found.wrong).to.deep.equal([])
      expect(found.asked).to.be.at.least(300)
    })

    it('is somebody: who may see things does', () => {
      expect(found.shown).to.include.members(['getTicket', 'listTickets', 'getCase', 'listReturns'])
    })
  })

  it('lists nobody else’s tickets and returns', async () => {
    await made('/api/tickets', { subject: 'a secret of the owner', body: 'b' })
    await made('/api/returns', { order_id: 801, line: 1, quantity: 1, reason: 'also a secret' })
    for (const path of ['/api/tickets', '/api/returns']) {
      const { text } = await service.ask(stranger, 'GET', path)
      expect(text).not.to.contain('secret')
      expect((await service.ask(owner, 'GET', path)).text).to.contain('secret')
    }
  })

  it('answers 404 to verbs that the document does not have', async () => {
    for (const { path, method, demand } of operationsOf(document)) {
      if (demand !== undefined) continue
      const at = path.replace('{kind}', 'query').replace('{id}', '1')
      expect((await service.ask(staff(890), method, at)).status, `${method} ${at}`).to.equal(404)
    }
  })

  it('knows a person by a bearer token of the identity provider', async () => {
    const token = await service.bearer({ sub: String(owner.id), roles: ['customer'], sid: 's' })
    const headers = { authorization: `Bearer ${token}` }
    expect((await fetch(`${service.url}/api/tickets`, { headers })).status).to.equal(200)
  })

  it('refuses identities that are forged or bent', async () => {
    const good = await service.identity(owner)
    const bearer = await service.bearer({ sub: String(owner.id) })
    const [head = '', body = '', mark = ''] = good.split('.')
    const swapped = Buffer.from(
      JSON.stringify({ ...JSON.parse(Buffer.from(body, 'base64url').toString()), sub: '812' }),
    ).toString('base64url')
    const bent: readonly Record<string, string>[] = [
      { 'x-matapalo-identity': `${head}.${swapped}.${mark}` },
      { 'x-matapalo-identity': `${head}.${body}.` },
      { 'x-matapalo-identity': `${head}.${body}` },
      { 'x-matapalo-identity': `${good}=` },
      { 'x-matapalo-identity': `${good}.x` },
      { 'x-matapalo-identity': `${head}. ${body}.${mark}` },
      { 'x-matapalo-identity': bearer },
      { 'x-matapalo-identity': '{}' },
      { authorization: `Bearer ${good}` },
      { authorization: `Bearer  ${bearer}` },
      { authorization: `Bearer ${bearer}x` },
      { authorization: 'Bearer' },
      { authorization: `Bearer ${bearer.slice(0, -1)}`, 'x-matapalo-identity': good },
      { cookie: 'sid=0000' },
    ]
    for (const headers of bent) {
      const { status } = await fetch(`${service.url}/api/tickets`, { headers })
      expect(status, JSON.stringify(headers).slice(0, 80)).to.equal(401)
    }
  })
})
