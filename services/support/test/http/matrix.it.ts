/**
 * Who reaches what: every operation of the OpenAPI document, asked by every kind of caller about one
 * customer's things. What is expected follows from the document's `security` and from whose it is.
 *
 * @module
 */
import { expect } from 'chai'
import { sharedStack } from '../../../../scripts/src/stack/testing.ts'
import { fakeNeighbours, madeOrder } from '../neighbours.ts'
import { agent, customer, type Person, type Running, runApp, staff } from '../running.ts'
import { openStore, type Store } from '../store.ts'

const owner = customer(811)
const stranger = customer(812)
const callers = {
  nobody: null,
  owner,
  stranger,
  agent: agent(880),
  staff: staff(890),
  program: 'program',
} as const
type CallerName = keyof typeof callers

interface Operation {
  readonly id: string
  readonly method: string
  readonly path: string
  /** Of its security: login, agent, staff, or open to all. */
  readonly asks: string
}

/** A body that the operation takes. An operation that needs one and has none here fails the test. */
const bodies: Readonly<Record<string, unknown>> = {
  openTicket: { subject: 's', body: 'b' },
  addMessage: { body: 'b' },
  askReturn: { order_id: 801, line: 1, quantity: 1, reason: 'r' },
  complain: { body: 'b' },
  giveFeedback: { rating: 5 },
  askBot: { question: 'Are you open?' },
  handOverCase: { agent_id: null },
  answerCase: { body: 'b' },
  closeCase: {},
}

const withoutBody = new Set(['takeCase', 'handOverQuestion'])
/** Somebody else's thing is not found; the others answer about the caller's own. */
const ofOnePerson = new Set(['getTicket', 'addMessage', 'handOverQuestion'])
/** A person's own question: agents reach the ticket that it became, not the question. */
const ofTheOwnerAlone = new Set(['handOverQuestion'])

function expected({ id, asks }: Operation, caller: CallerName): readonly number[] {
  const done = [200, 201, 204]
  if (asks === 'open') return done
  if (caller === 'nobody') return [401]
  if (caller === 'program') return [403]
  if (asks === 'staff') return caller === 'staff' ? done : [403]
  if (asks === 'agent') return caller === 'agent' || caller === 'staff' ? done : [403]
  if (ofTheOwnerAlone.has(id) && caller !== 'owner') return [404]
  if (ofOnePerson.has(id) && caller === 'stranger') return [404]
  // Only the owner has an order to send something back from; agents may see any.
  if (id === 'askReturn' && caller === 'stranger') return [400]
  return done
}

describe('who reaches what', function () {
  this.timeout(60_000)
  let store: Store
  let service: Running
  let operations: readonly Operation[]

  before(async () => {
    store = await openStore(await sharedStack('services-db'))
    const shop = fakeNeighbours()
    shop.ordersOf.set(owner.id, [madeOrder(owner.id, 801)])
    service = await runApp({ database: store.database, ...shop })
    const { json } = await service.ask(null, 'GET', '/openapi.json')
    operations = Object.entries(json.paths as Record<string, Record<string, unknown>>).flatMap(
      ([path, methods]) =>
        Object.entries(methods)
          .filter(([name]) => name !== 'parameters')
          .map(([method, described]) => {
            const { operationId, security } = described as {
              operationId: string
              security?: readonly object[]
            }
            const asks = Object.keys(security?.[0] ?? { open: [] })[0] ?? 'open'
            return { id: operationId, method: method.toUpperCase(), path, asks }
          }),
    )
  })
  after(async () => {
    await service?.stop()
    await store?.close()
  })

  const made = async (path: string, body: object): Promise<number> =>
    (await service.ask(owner, 'POST', path, body)).json.id as number

  /** The operation's path about something new of the owner's: a fresh one for every question. */
  async function pathsFor({ path }: Operation): Promise<readonly string[]> {
    const ticket = () => made('/api/tickets', { subject: 's', body: 'b' })
    if (path.startsWith('/api/tickets/')) return [path.replace('{id}', String(await ticket()))]
    if (path.startsWith('/api/support/questions/')) {
      const id = await made('/api/support/questions', { question: 'Are you open?' })
      return [path.replace('{id}', String(id))]
    }
    if (path.startsWith('/api/support/books/')) return [path.replace('{id}', '7')]
    if (!path.includes('{kind}')) return [path]
    const cases = {
      query: await ticket(),
      complaint: await made('/api/complaints', { body: 'b' }),
      return: await made('/api/returns', { order_id: 801, line: 1, quantity: 1, reason: 'r' }),
      feedback: await made('/api/feedback', { rating: 5 }),
    }
    return Object.entries(cases).map(([kind, id]) =>
      path.replace('{kind}', kind).replace('{id}', String(id)),
    )
  }

  const askAs = async (caller: CallerName, method: string, path: string, body: unknown) => {
    const who = callers[caller]
    if (who !== 'program') return service.ask(who as Person | null, method, path, body)
    const response = await fetch(`${service.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await service.bearer({})}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: response.status, text: await response.text() }
  }

  it('is as the document says, for every operation, caller and kind of case', async () => {
    const wrong: string[] = []
    let asked = 0
    for (const operation of operations) {
      const { id, method } = operation
      if (method === 'POST' && !withoutBody.has(id)) {
        expect(bodies, 'a body for every operation').to.have.property(id)
      }
      for (const caller of Object.keys(callers) as CallerName[]) {
        for (const path of await pathsFor(operation)) {
          const isReturn = id === 'closeCase' && path.includes('/return/')
          const body = isReturn ? { outcome: 'refused' } : bodies[id]
          const { status } = await askAs(caller, method, path, body)
          asked += 1
          if (!expected(operation, caller).includes(status)) {
            wrong.push(`${caller}: ${method} ${path} answered ${status}`)
          }
        }
      }
    }
    expect(wrong).to.deep.equal([])
    expect(asked).to.be.at.least(200)
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
    for (const { path } of operations) {
      for (const method of ['PUT', 'PATCH', 'OPTIONS']) {
        const at = path.replace('{kind}', 'query').replace('{id}', '1')
        expect((await service.ask(callers.staff, method, at)).status, `${method} ${at}`).to.equal(
          404,
        )
      }
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
