import { createServer, type IncomingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import { expect } from 'chai'
import { listen, type TestEdge, testEdge } from '../../harness.ts'
import { type Issuer, newIssuer, now, tokensOf } from './issuer.ts'

describe("a bearer's sockets", () => {
  const seen: IncomingHttpHeaders[] = []
  const server = createServer().on('upgrade', (req, socket) => {
    seen.push(req.headers)
    socket.on('error', () => undefined)
    socket.end(
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n',
    )
  })
  let issuer: Issuer
  let edge: TestEdge

  before(async () => {
    issuer = await newIssuer()
    const url = await listen(server)
    const tokens = tokensOf(issuer, async (sid) => ({ cookie: `shop-${sid}`, userId: '7' }))
    edge = await testEdge({ monolith: url, service: url, tokens })
  })
  after(async () => {
    await edge.stop()
    server.closeAllConnections()
    server.close()
  })

  const open = (path: string, token: string): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect(Number(new URL(edge.url).port), '127.0.0.1')
      socket.on('error', () => undefined)
      socket.write(
        `GET ${path} HTTP/1.1\r\nhost: shop\r\nconnection: Upgrade\r\nupgrade: websocket\r\n` +
          'sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n' +
          `cookie: sid=eve\r\nauthorization: Bearer ${token}\r\n\r\n`,
      )
      socket.once('data', (chunk) => {
        resolve(chunk.toString('latin1'))
        socket.destroy()
      })
    })

  it('are opened under the session of the token at the monolith, by the token at a service', async () => {
    const token = await issuer.token()
    expect(await open('/api/books/live', token)).to.contain('101')
    edge.next({ owner: 'service' })
    expect(await open('/api/books/live', token)).to.contain('101')
    edge.next({ owner: 'monolith' })
    const got = seen.map(({ cookie, authorization }) => ({ cookie, authorization }))
    expect(got).to.deep.equal([
      { cookie: 'sid=shop-s-1', authorization: undefined },
      { cookie: undefined, authorization: `Bearer ${token}` },
    ])
  })

  it('are refused where a request would be, with the same words', async () => {
    seen.length = 0
    const late = await open('/orders/live', await issuer.token({ exp: now() - 60 }))
    expect(late).to.match(/^HTTP\/1\.1 401 /)
    expect(late).to.contain('error_description="it has expired"')
    expect(await open('/api/staff/live', await issuer.token())).to.match(/^HTTP\/1\.1 403 /)
    expect(seen).to.deep.equal([])
  })
})
