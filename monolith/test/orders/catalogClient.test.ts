import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import type { Request, Response } from 'express'
import { openDoor } from '../../src/door/door.ts'
import { ShopError } from '../../src/errors.ts'
import { catalogClient } from '../../src/orders/catalogClient.ts'
import { followTrace } from '../../src/trace.ts'

interface Reply {
  readonly status: number
  readonly body: unknown
}

describe('catalogClient', () => {
  let server: Server
  let replies: Reply[]
  let heard: { path: string; headers: IncomingHttpHeaders }[]
  let forgotten: number

  beforeEach(async () => {
    ;[replies, heard, forgotten] = [[], [], 0]
    server = createServer((req, res) => {
      heard.push({ path: req.url ?? '', headers: req.headers })
      const reply = replies.shift() ?? { status: 503, body: {} }
      res.writeHead(reply.status, { 'content-type': 'application/json' })
      res.end(JSON.stringify(reply.body))
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  afterEach(() => {
    server.closeAllConnections()
    server.close()
  })

  const door = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const clientOf = (urls: readonly string[], patienceMs = 2_000) =>
    catalogClient({
      sessionCookie: async () => 'cookie',
      forgetSession: () => {
        forgotten += 1
      },
      door: openDoor({ urls: () => urls, patienceMs }),
    })
  const reserved = { status: 201, body: { state: 'reserved' } }

  it('asks again when the catalogue has no time', async () => {
    replies = [{ status: 503, body: {} }, { status: 502, body: {} }, reserved]
    expect(await clientOf([door()]).reserve('r', [])).to.equal('reserved')
    expect(heard).to.have.length(3)
    expect(heard[0]?.headers.cookie).to.equal('sid=cookie')
  })

  it('goes to the next door when nobody answers at the first', async () => {
    replies = [reserved]
    expect(await clientOf(['http://127.0.0.1:2', door()]).reserve('r', [])).to.equal('reserved')
  })

  it('gives a refusal on as it is, at once', async () => {
    replies = [{ status: 409, body: { error: { code: 'out_of_stock', book_id: 5 } } }]
    const error = await clientOf([door()])
      .reserve('r', [])
      .catch((each: unknown) => each)
    expect(error).to.be.instanceOf(ShopError)
    expect(error).to.deep.include({ status: 409, code: 'out_of_stock', fields: { book_id: 5 } })
    expect(heard).to.have.length(1)
  })

  it('logs in anew when its session is not known any more', async () => {
    replies = [
      { status: 401, body: {} },
      { status: 200, body: { state: 'confirmed' } },
    ]
    expect(await clientOf([door()]).confirm('a/b')).to.equal('confirmed')
    expect(forgotten).to.equal(1)
    expect(heard[0]?.path).to.equal('/api/catalog/reservations/a%2Fb/confirm')
  })

  it('says that the outcome is unknown when its patience ends', async () => {
    const error = await clientOf([door()], 150)
      .cancel('r')
      .catch((each: unknown) => each)
    expect(error).to.include({ status: 503, code: 'catalog_unavailable' })
  })

  it('passes the trace of the request on', async () => {
    replies = [reserved]
    const headers = { traceparent: '00-1-2-01', tracestate: 'a=b', 'x-request-id': 'q', other: 'x' }
    const answer = new Promise<string>((resolve, reject) => {
      // followTrace looks at the headers only.
      followTrace({ headers } as unknown as Request, {} as Response, () => {
        clientOf([door()]).reserve('r', []).then(resolve, reject)
      })
    })
    await answer
    expect(heard[0]?.headers).to.include({
      traceparent: '00-1-2-01',
      tracestate: 'a=b',
      'x-request-id': 'q',
    })
    expect(heard[0]?.headers).not.to.have.property('other')
  })
})
