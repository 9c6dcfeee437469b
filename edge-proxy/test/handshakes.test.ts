import type { RouteRule } from '@matapalo/core'
import { until } from '@matapalo/runtime'
import { expect } from 'chai'
import type { Freshness } from '../src/freshness/freshness.ts'
import {
  consent,
  get,
  handshake,
  ok,
  type Visit,
  type WireClient,
  type WireUpstream,
  wireClient,
  wireUpstream,
} from './conformance/wire.ts'
import { type TestEdge, type TestEdgeOptions, testEdge } from './harness.ts'

const live: RouteRule = {
  ...{ id: 'live', domain: 'catalog', methods: ['GET'], path: '/api/books/live' },
  ...{ access: 'write', writes: ['catalog'], reads: [] },
}

describe('A handshake', () => {
  const upstreams: WireUpstream[] = []
  const clients: WireClient[] = []
  let edge: TestEdge
  let visits: Visit[]

  const upstream = async (onHead: (visit: Visit) => void): Promise<string> => {
    const one = await wireUpstream((visit) => {
      visits.push(visit)
      onHead(visit)
    })
    upstreams.push(one)
    return one.url
  }
  const open = async (
    onHead: (visit: Visit) => void,
    options: Partial<TestEdgeOptions> = {},
  ): Promise<void> => {
    const url = await upstream(onHead)
    edge = await testEdge({ monolith: url, service: url, ...options })
  }
  const say =
    (answer: string) =>
    ({ socket }: Visit): void => {
      socket.write(Buffer.from(answer, 'latin1'))
    }
  const send = (octets: string): WireClient => {
    const client = wireClient(edge.url)
    clients.push(client)
    client.write(octets)
    return client
  }
  const statusOf = async (octets: string): Promise<string> =>
    (await send(octets).see(/^HTTP\/1.1 \d+ .*\r\n\r\n/s)).slice(9, 12)
  const counted = async (line: string): Promise<boolean> =>
    (await edge.metrics.registry.metrics()).includes(line)

  beforeEach(() => {
    visits = []
  })
  afterEach(async () => {
    for (const client of clients.splice(0)) client.socket.destroy()
    await edge.stop()
    for (const one of upstreams.splice(0)) await one.stop()
  })

  it('that is answered otherwise gets an answer like others, the last of its connection', async () => {
    await open(say(ok('sound', 'X-Matapalo-Secret: x\r\nKeep-Alive: timeout=9\r\nX-A: 1\r\n')))
    const client = send(`${handshake()}${get('/orders/smuggled')}`)
    const text = await client.end()
    expect(text).to.match(/^HTTP\/1.1 200 OK\r\n.*x-a: 1\r\n.*\r\n\r\nsound$/is)
    expect(text).to.match(/x-request-id: .*connection: close\r\n/is)
    expect(text).not.to.match(/matapalo|timeout=9/i)
    expect(visits.map(({ head }) => head.split(' ')[1])).to.deep.equal(['/orders/live'])
    expect(
      await counted('matapalo_edge_sockets_total{outcome="refused",process="test"} 1'),
    ).to.equal(true)
  })

  it('that is consented to tells the client no more than other answers do', async () => {
    await open(say(consent('X-Matapalo-Secret: x\r\nSec-WebSocket-Protocol: chat\r\n')))
    const text = await send(handshake()).see('\r\n\r\n')
    expect(text).to.match(/^HTTP\/1.1 101 Switching Protocols\r\n/)
    expect(text).to.match(/sec-websocket-protocol: chat\r\n/i)
    expect(text.match(/^(?:connection|upgrade): \w+/gim)).to.have.length(2)
    expect(text).not.to.match(/matapalo/i)
    expect(
      await counted('matapalo_edge_sockets_total{outcome="opened",process="test"} 1'),
    ).to.equal(true)
  })

  it('counts against the rate of its address', async () => {
    await open(say(consent()), { clients: { perSecond: 1, burst: 1 } })
    expect(await statusOf(handshake())).to.equal('101')
    expect(await statusOf(handshake())).to.equal('429')
  })

  it('counts against the rate of its credential', async () => {
    await open(say(consent()), { credentials: { perSecond: 1, burst: 1 } })
    expect(await statusOf(handshake('/orders/live', 'Cookie: sid=a\r\n'))).to.equal('101')
    expect(await statusOf(handshake('/orders/live', 'Cookie: sid=a\r\n'))).to.equal('429')
    expect(await statusOf(handshake('/orders/live', 'Cookie: sid=b\r\n'))).to.equal('101')
  })

  it('that may write is in flight until it is answered', async () => {
    await open(() => undefined, { routes: [live] })
    const client = send(handshake('/api/books/live'))
    await until(() => visits.length === 1, { timeoutMs: 2_000 })
    expect(edge.inFlight.of('catalog')).to.equal(1)
    visits[0]?.socket.write(consent())
    await client.see('101 ')
    await until(() => edge.inFlight.of('catalog') === 0, { timeoutMs: 2_000 })
    expect(edge.inFlight.of('catalog')).to.equal(0)
  })

  it('that may write a held domain waits in the line, and is dropped when its client leaves', async () => {
    await open(say(consent()), { routes: [live] })
    edge.next({ hold: true })
    const leaving = send(handshake('/api/books/live'))
    const staying = send(handshake('/api/books/live'))
    await until(() => edge.holds.length === 2, { timeoutMs: 2_000 })
    leaving.socket.end()
    await until(() => edge.holds.length === 1, { timeoutMs: 2_000 })
    expect([edge.holds.length, visits.length]).to.deep.equal([1, 0])
    edge.next({ owner: 'service', hold: false })
    await staying.see('101 ')
    expect(visits.length).to.equal(1)
  })

  it('waits for earlier writes, marks its own, and is released when those are protected', async () => {
    const calls: string[] = []
    let release = (): void => undefined
    // Only what the pipeline and the delivery call.
    const freshness = {
      beforeRead: async () => {
        calls.push('read')
        return 'fresh'
      },
      beforeWrite: async () => {
        calls.push('mark')
      },
      afterWrite: () => {
        calls.push('protect')
        return new Promise<void>((resolve) => {
          release = resolve
        })
      },
      notWritten: () => undefined,
      carryOver: async () => {
        calls.push('carry over')
      },
    } as unknown as Freshness
    const reading = { ...live, id: 'page', path: '/books/live', domain: null, reads: ['catalog'] }
    const options = { freshness, routes: [reading], domain: { owner: 'service' } as const }
    await open(say(`${consent('Set-Cookie: sid=b\r\n')}first frame`), options)
    const client = send(handshake('/books/live', 'Cookie: sid=a\r\n'))
    await until(() => calls.length === 3, { timeoutMs: 2_000 })
    expect(calls).to.deep.equal(['read', 'mark', 'protect'])
    expect(client.text()).to.equal('')
    release()
    expect(await client.see('first frame')).to.match(/^HTTP\/1.1 101 .*\r\n\r\nfirst frame$/s)
    // Before it, its own dirty mark would look like that of another write.
    expect(calls.at(-1)).to.equal('carry over')
  })

  it('whose answer changes the session makes the edge ask who that is', async () => {
    const staff = { id: '7', name: 'Ana', roles: ['staff'] }
    await open(say(ok('sound', 'Set-Cookie: sid=b\r\n')), { sessions: { a: staff } })
    const ask = (): Promise<string> => statusOf(get('/api/staff/x', 'Cookie: sid=a\r\n'))
    await statusOf(handshake('/api/staff/x', 'Cookie: sid=a\r\n'))
    expect(edge.asked).to.deep.equal(['a'])
    expect(await ask()).to.equal('200')
    expect(edge.asked).to.deep.equal(['a', 'a'])
  })

  it('brings a service the signed identity of its session', async () => {
    const ana = { id: '7', name: 'Ana', roles: [] }
    await open(say(consent()), { sessions: { a: ana }, domain: { owner: 'service' } })
    await send(handshake('/api/books/live', 'Cookie: sid=a\r\n')).see('101 ')
    expect(visits[0]?.head).to.contain('x-matapalo-identity: 7@catalog\r\n')
  })

  it('behind an unanswered request is refused after that has been answered', async () => {
    await open(() => undefined)
    const client = send(`${get('/orders/slow')}${handshake()}`)
    await until(() => visits.length === 1, { timeoutMs: 2_000 })
    visits[0]?.socket.write(ok('sound'))
    const text = await client.end()
    expect(text).to.match(/^HTTP\/1.1 200 OK\r\n.*soundHTTP\/1.1 400 .*RFC 6455 4.1/s)
    expect(visits.map(({ head }) => head.split(' ')[1])).to.deep.equal(['/orders/slow'])
  })

  it('behind an answered request of its connection is served', async () => {
    await open((visit) => say(visit.head.includes('/live') ? consent() : ok('sound'))(visit))
    const client = send(get())
    await client.see('sound')
    client.write(handshake())
    await client.see('101 ')
  })

  it('leaves no request at the upstream when its client goes away', async () => {
    await open(() => undefined)
    const client = send(handshake())
    await until(() => visits.length === 1, { timeoutMs: 2_000 })
    client.socket.destroy()
    expect(await until(() => upstreams[0]?.open() === 0, { timeoutMs: 2_000 })).to.equal(true)
  })

  describe('by the rules for upstreams', () => {
    it('is told why when nobody accepts it', async () => {
      await open(() => undefined, { monolith: 'http://127.0.0.1:9', connectMaxMs: 100 })
      const text = await send(handshake()).end()
      expect(text).to.match(/^HTTP\/1.1 503 .*MATAPALO_EDGE_UPSTREAM_UNREACHABLE/s)
    })

    it('is told that the outcome is unknown when the upstream breaks off, or speaks otherwise', async () => {
      await open(({ socket }) => socket.destroy(), { routes: [live] })
      const text = await send(handshake('/api/books/live')).end()
      expect(text).to.match(/^HTTP\/1.1 502 .*MATAPALO_EDGE_UPSTREAM_BROKE/s)
      expect(visits.length).to.equal(1)
      await edge.stop()
      await open(say(consent().replace('Upgrade: websocket', 'Upgrade: x')), { routes: [live] })
      expect(await send(handshake('/api/books/live')).end()).to.match(/^HTTP\/1.1 502 /)
    })

    it('is told that nobody answers in time', async () => {
      await open(() => undefined, { upstreamMaxMs: 100 })
      expect(await send(handshake()).end()).to.match(/^HTTP\/1.1 504 .*_UPSTREAM_SLOW/s)
    })

    it('goes to another replica when one is gone', async () => {
      await open(say(consent()))
      const monolith = ['http://127.0.0.1:9', upstreams[0]?.url as string]
      await edge.stop()
      edge = await testEdge({ monolith })
      for (let i = 0; i < 6; i++) expect(await statusOf(handshake())).to.equal('101')
    })

    it('finds no room beside as many sockets as a replica may have, where requests do', async () => {
      const onHead = (visit: Visit): void =>
        say(visit.head.includes('/live') ? consent() : ok('sound'))(visit)
      await open(onHead, { replicas: { mostSockets: 1, mostRequests: 1 } })
      const first = send(handshake())
      await first.see('101 ')
      expect(await send(handshake()).end()).to.match(/^HTTP\/1.1 503 .*_UPSTREAM_BUSY.* 1 sockets/s)
      expect(await statusOf(get())).to.equal('200')
      first.socket.destroy()
      await until(async () => (await statusOf(handshake())) === '101', { timeoutMs: 2_000 })
      expect(await statusOf(handshake())).to.equal('503')
    })

    it('tells that a replica fails', async () => {
      const ejected: string[] = []
      await open(say('HTTP/1.1 500 Oh\r\nContent-Length: 2\r\n\r\noh'))
      const bad = upstreams[0]?.url as string
      const good = await upstream(say(consent()))
      await edge.stop()
      edge = await testEdge({
        monolith: [bad, good],
        replicas: { onEjected: (_upstream, url) => ejected.push(url) },
      })
      for (let i = 0; i < 12; i++) await statusOf(handshake())
      expect(ejected).to.deep.equal([bad])
    })
  })
})
