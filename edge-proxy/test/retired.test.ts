import { once } from 'node:events'
import { connect } from 'node:net'
import type { RouteTable } from '@matapalo/core'
import { expect } from 'chai'
import { type TestEdge, testEdge, type Upstream, upstream } from './harness.ts'

describe('an edge whose monolith is retired', () => {
  let service: Upstream
  let edge: TestEdge

  beforeEach(async () => {
    service = await upstream((_req, res) => res.end('service'))
    edge = await testEdge({
      // Nothing listens there any more.
      monolith: 'http://127.0.0.1:9',
      service: service.url,
      domain: { owner: 'service', phase: 'decommissioned' },
    })
    const table = edge.inForce.table as RouteTable
    const { monolith: _gone, ...upstreams } = table.upstreams
    const routes = table.routes.filter(({ domain }) => domain !== null)
    edge.inForce.apply({ ...table, epoch: table.epoch + 1, routes, upstreams, retired: true })
  })
  afterEach(async () => {
    await edge.stop()
    await service.stop()
  })

  it('answers 404 itself where no service has the path', async () => {
    const answer = await fetch(`${edge.url}/nowhere`)
    expect(answer.status).to.equal(404)
    const { error } = (await answer.json()) as { error: { code: string } }
    expect(error.code).to.equal('MATAPALO_EDGE_NOTHING_HERE')
  })

  it('answers a handshake in the same way', async () => {
    const socket = connect(Number(new URL(edge.url).port), '127.0.0.1')
    socket.write(
      'GET /nowhere HTTP/1.1\r\nhost: shop\r\nconnection: Upgrade\r\nupgrade: websocket\r\n' +
        'sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    )
    const [head] = (await once(socket, 'data')) as [Buffer]
    socket.destroy()
    expect(head.toString('latin1')).to.match(/^HTTP\/1\.1 404 /)
  })

  it('serves the services as before', async () => {
    const answer = await fetch(`${edge.url}/api/books/1`)
    expect(await answer.text()).to.equal('service')
  })

  it('sends a preflight to the service that answers what it asks for, and 404 where none does', async () => {
    const preflight = async (path: string, requested: string): Promise<number> => {
      const headers = { 'access-control-request-method': requested }
      return (await fetch(edge.url + path, { method: 'OPTIONS', headers })).status
    }
    expect(await preflight('/api/books/1', 'GET')).to.equal(200)
    expect(await preflight('/api/books/1', 'PUT')).to.equal(200)
    expect(await preflight('/nowhere', 'GET')).to.equal(404)
    expect((await fetch(`${edge.url}/api/books/1`, { method: 'OPTIONS' })).status).to.equal(200)
  })
})
