import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ServiceUnavailable } from '@bookshop/kit/client'
import { expect } from 'chai'
import type { Caller } from '../src/caller.ts'
import { readConfig } from '../src/config.ts'
import { type Neighbours, neighboursAt } from '../src/neighbours/at.ts'

const ana: Caller = { id: 11, name: 'Ana', isAgent: false, isStaff: false, login: {} }
const order = (id: number, userId: number) => ({
  id,
  user_id: userId,
  reference: `order-${id}`,
  status: 'shipped',
  total: '12.50',
  created: '2026-11-01T10:00:00-05:00',
  items: [{ line: 1, book_id: 7, title: 'A book', quantity: 2, price: '6.25' }],
  shipping: { tracking_number: 'TRK7' },
})

describe('the neighbours over HTTP', () => {
  let handler: (request: IncomingMessage, response: ServerResponse) => void
  let asked: IncomingMessage[]
  const server = createServer((request, response) => {
    asked.push(request)
    handler(request, response)
  })
  let neighbours: Neighbours

  before((done) => {
    server.listen(0, '127.0.0.1', done)
  })
  after((done) => {
    server.closeAllConnections()
    server.close(done)
  })
  beforeEach(() => {
    asked = []
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    neighbours = neighboursAt(
      readConfig({
        DATABASE_URL: 'mysql://a:b@c/support',
        IDENTITY_JWKS: '{"keys":[]}',
        USERS_URL: url,
        ORDERS_URL: url,
        CATALOG_URL: url,
        TOKEN_URL: `${url}/token`,
        SUPPORT_CLIENT_SECRET: 'secret',
      }),
    )
  })

  const answers =
    (paths: Readonly<Record<string, unknown>>, status = 200) =>
    ({ url = '' }: IncomingMessage, response: ServerResponse): void => {
      const token = { access_token: 'programs-token', expires_in: 60 }
      const json = url === '/token' ? token : paths[url]
      response.writeHead(json === undefined ? 404 : url === '/token' ? 200 : status)
      response.end(JSON.stringify(json ?? {}))
    }
  const failure = async (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => null,
      (error: unknown) => error,
    )

  it('are asked for profiles with this service’s own token', async () => {
    handler = answers({ '/internal/users/11/card': { id: 11, name: 'Ana', active: true } })
    expect(await neighbours.users.card(11)).to.deep.equal({ id: 11, name: 'Ana', active: true })
    expect(asked.at(-1)?.headers.authorization).to.equal('Bearer programs-token')
    expect(await neighbours.users.card(12)).to.equal(null)
  })

  it('are asked for one order with the caller’s login, and no other cookie', async () => {
    handler = answers({ '/api/orders/5': order(5, 11), '/api/orders/6': order(6, 12) })
    const caller = { ...ana, login: { cookie: 'sid=abc' } }
    expect((await neighbours.orders.visibleTo(caller, 5))?.tracking).to.equal('TRK7')
    expect(asked.at(-1)?.headers.cookie).to.equal('sid=abc')
    expect(asked.at(-1)?.headers.authorization).to.equal(undefined)
    expect(await neighbours.orders.visibleTo(caller, 404)).to.equal(null)
    // A door that shows too much does not make it this caller's.
    expect(await neighbours.orders.visibleTo(caller, 6)).to.equal(null)
  })

  it('tell of the caller’s own orders behind a door that does not know their login', async () => {
    handler = (request, response) => {
      if (request.url === '/api/orders/5') response.writeHead(401).end('{}')
      else answers({ '/internal/users/11/orders': { items: [order(5, 11)] } })(request, response)
    }
    const caller = { ...ana, login: { cookie: 'sid=abc' } }
    expect((await neighbours.orders.visibleTo(caller, 5))?.id).to.equal(5)
  })

  it('count as away when they hang, fail or answer nonsense', async () => {
    const broken: readonly ((request: IncomingMessage, response: ServerResponse) => void)[] = [
      () => {},
      (_request, response) => response.writeHead(500).end(),
      (_request, response) => response.writeHead(200).end('<html>'),
      (_request, response) => response.writeHead(200).end('[]'),
      (_request, response) => response.writeHead(403).end('{}'),
      (_request, response) => response.destroy(),
    ]
    for (const one of broken) {
      handler = one
      expect(await failure(neighbours.books.has(7))).to.be.instanceOf(ServiceUnavailable)
    }
  }).timeout(20_000)

  it('are not asked any more after failing five times in a row', async () => {
    handler = (_request, response) => response.writeHead(500).end()
    for (let n = 0; n < 8; n += 1) await failure(neighbours.books.has(7))
    const before = asked.length
    expect(await failure(neighbours.books.has(7))).to.be.instanceOf(ServiceUnavailable)
    expect(asked.length).to.equal(before)
  })
})
