import { Agent, request } from 'node:http'
import { sleep, until } from '@matapalo/runtime'
import { expect } from 'chai'
import {
  consent,
  get,
  handshake,
  ok,
  type WireUpstream,
  wireClient,
  wireUpstream,
} from './conformance/wire.ts'
import { type TestEdge, testEdge } from './harness.ts'

describe('A graceful stop', () => {
  let upstream: WireUpstream
  let edge: TestEdge

  beforeEach(async () => {
    upstream = await wireUpstream(({ socket, head }) => {
      if (head.includes('/live')) {
        socket.write(consent())
      } else if (!head.includes('/never'))
        setTimeout(() => socket.write(ok('sound')), head.includes('/slow') ? 300 : 5)
    })
    edge = await testEdge({ monolith: upstream.url })
  })
  afterEach(async () => {
    await edge.stop()
    await upstream.stop()
  })

  it('under load fails no request: each is answered, the last one of a connection with its end', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 20 })
    const outcomes: string[] = []
    const ask = (): Promise<string> =>
      new Promise((resolve) => {
        const req = request(`${edge.url}/orders`, { agent }, (res) => {
          res.resume()
          res.once('end', () => resolve(`${res.statusCode} ${res.headers.connection}`))
          res.once('error', () => resolve('cut'))
        })
        req.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'))
        req.end()
      })
    const client = async (): Promise<void> => {
      for (;;) {
        const outcome = await ask()
        outcomes.push(outcome)
        // Whoever is told so asks another replica, as a balancer that sees readiness does.
        if (outcome !== '200 keep-alive') return
      }
    }
    const clients = Array.from({ length: 20 }, client)
    while (outcomes.length < 100) await sleep(5)
    const slow = wireClient(edge.url)
    slow.write(get('/orders/slow'))
    await sleep(20)
    await edge.stopGracefully(100, 5_000)
    await Promise.all(clients)
    agent.destroy()
    expect(new Set(outcomes)).to.deep.equal(new Set(['200 keep-alive', '200 close']))
    expect(await slow.end()).to.match(/200 OK.*sound/s)
  })

  it('ends sockets, also those of no domain, and does not wait for them', async () => {
    const client = wireClient(edge.url)
    client.write(handshake())
    await client.see('101 ')
    await edge.stopGracefully(0, 5_000)
    expect(await client.end()).to.contain('\x88\x02\x03\xf4')
  })

  it('tells a handshake on its way to come again, and does not wait for it', async () => {
    const client = wireClient(edge.url)
    client.write(handshake('/orders/never'))
    await until(() => upstream.open() === 1, { timeoutMs: 2_000 })
    await edge.stopGracefully(0, 5_000)
    expect(await client.end()).to.match(/^HTTP\/1.1 503 .*MATAPALO_EDGE_UPGRADE_FAILED/s)
    expect(await until(() => upstream.open() === 0, { timeoutMs: 2_000 })).to.equal(true)
  })

  it('ends a request that does not end at its limit', async () => {
    const client = wireClient(edge.url)
    client.write(get('/orders/never'))
    await sleep(20)
    await edge.stopGracefully(0, 100)
    await client.end()
    expect(client.text()).not.to.contain('200')
  })
})
