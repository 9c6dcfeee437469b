import { sleep, until } from '@matapalo/runtime'
import { expect } from 'chai'
import { get, ok, post, type WireUpstream, wireClient, wireUpstream } from '../conformance/wire.ts'
import { type TestEdge, type TestEdgeOptions, testEdge } from '../harness.ts'

for (const forwarder of ['undici', 'middleware'] as const) {
  describe(`Limits over ${forwarder}`, () => {
    let upstream: WireUpstream
    let edge: TestEdge
    let heads = 0

    const open = async (options: Partial<TestEdgeOptions>) => {
      heads = 0
      upstream = await wireUpstream(({ socket, head }) => {
        heads += 1
        if (head.startsWith('GET')) socket.write(ok('sound'))
      })
      edge = await testEdge({ monolith: upstream.url, forwarder, connections: 1, ...options })
      return wireClient(edge.url)
    }
    afterEach(async () => {
      await edge.stop()
      await upstream.stop()
    })
    const serves = async (): Promise<void> => {
      const client = wireClient(edge.url)
      client.write(get())
      await client.see('sound')
      client.socket.destroy()
    }

    it('413 for an announced content that is too large, and none of it is sent', async () => {
      const client = await open({ maxBody: 4 })
      client.write(post('hello'))
      expect(await client.end()).to.match(/^HTTP\/1.1 413 .*CONTENT_TOO_LARGE/s)
      expect(heads).to.equal(0)
      await serves()
    })

    it('413 for a chunked content that grows too large, and its upstream request is cut', async () => {
      const client = await open({ maxBody: 8 })
      client.write('POST /orders HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\n')
      client.write('5\r\nhello\r\n')
      expect(await until(() => heads === 1, { timeoutMs: 5_000 })).to.equal(true)
      client.write('5\r\nhello\r\n')
      expect(await client.end()).to.match(/^HTTP\/1.1 413 .*CONTENT_TOO_LARGE/s)
      expect(await until(() => upstream.open() === 0, { timeoutMs: 5_000 })).to.equal(true)
      await serves()
    })

    it('408 for a head that does not come', async () => {
      const client = await open({ headersMs: 200 })
      client.write('GET /orders HTTP/1.1\r\nHost: sh')
      expect(await client.end()).to.match(/^HTTP\/1.1 408 .*REQUEST_TIMEOUT/s)
      expect(heads).to.equal(0)
    })

    it('429 for requests beyond the rate, and the connection stays', async () => {
      const client = await open({ clients: { perSecond: 0.01, burst: 2 } })
      client.write(get() + get() + get())
      expect(await client.see('TOO_MANY_REQUESTS')).to.match(
        /429 Too Many Requests.*retry-after: 100/is,
      )
      expect(client.text().split('200 OK').length).to.equal(3)
      expect(client.closed()).to.equal(false)
      client.socket.destroy()
    })

    it('the end for who goes on slowly with a content whose answer was given', async () => {
      const client = await open({})
      // Answered at its head: nobody waits for the content.
      client.write('GET /orders HTTP/1.1\r\nHost: shop\r\nContent-Length: 1000\r\n\r\nx')
      await client.see('sound')
      expect(client.closed()).to.equal(false)
      const drip = setInterval(() => client.write('x'), 250)
      const ended = await until(() => client.closed(), { timeoutMs: 10_000 })
      clearInterval(drip)
      expect(ended).to.equal(true)
    }).timeout(15_000)

    it('429 for requests of one credential, from wherever, and of no other', async () => {
      const client = await open({ credentials: { perSecond: 0.01, burst: 2 } })
      const by = (cookie: string): string =>
        `GET /orders HTTP/1.1\r\nHost: shop\r\nCookie: sid=${cookie}\r\n\r\n`
      client.write(by('a') + by('a') + by('a'))
      await client.see('TOO_MANY_REQUESTS')
      client.write(by('b') + get() + get() + get())
      const answers = () => client.text().split('200 OK').length - 1
      expect(await until(() => answers() === 6, { timeoutMs: 5_000 })).to.equal(true)
      client.socket.destroy()
    })

    it('503 for who waits too long for a connection, which is counted, and not sent', async () => {
      const client = await open({ lineMs: 100 })
      // This upstream never answers it.
      client.write(post('x'))
      expect(await until(() => heads === 1, { timeoutMs: 5_000 })).to.equal(true)
      const other = wireClient(edge.url)
      other.write(get())
      expect(await other.see('MATAPALO_EDGE_UPSTREAM_BUSY')).to.match(
        /^HTTP\/1.1 503 .*retry-after: 1\r\n.*no connection came free in 100 ms/is,
      )
      expect(heads).to.equal(1)
      const counted = await edge.metrics.registry.metrics()
      expect(counted).to.match(/refused_total\{code="MATAPALO_EDGE_UPSTREAM_BUSY".*\} 1\n/)
      client.socket.destroy()
      await serves()
    })

    it('a place in the line for a write, that is not in flight and moves with its domain', async () => {
      const client = await open({ lineMs: 5_000 })
      client.write(post('x'))
      expect(await until(() => heads === 1, { timeoutMs: 5_000 })).to.equal(true)
      const writer = wireClient(edge.url)
      writer.write('PUT /api/books/1 HTTP/1.1\r\nHost: shop\r\nContent-Length: 1\r\n\r\nx')
      await sleep(50)
      expect(edge.inFlight.of('catalog')).to.equal(0)
      edge.next({ hold: true })
      client.socket.destroy()
      expect(await until(() => edge.holds.length === 1, { timeoutMs: 5_000 })).to.equal(true)
      expect(heads).to.equal(1)
      writer.socket.destroy()
    })

    it('nothing for who leaves the line', async () => {
      const client = await open({ lineMs: 5_000 })
      client.write(post('x'))
      expect(await until(() => heads === 1, { timeoutMs: 5_000 })).to.equal(true)
      const other = wireClient(edge.url)
      other.write(get())
      await sleep(30)
      other.socket.destroy()
      await sleep(30)
      client.socket.destroy()
      await serves()
      expect(heads).to.equal(2)
    })

    it('something for another address when one has taken what it may', async () => {
      const client = await open({ connections: 8, lineMs: 100 })
      const greedy = Array.from({ length: 9 }, () => wireClient(edge.url))
      for (const one of greedy) one.write(post('x'))
      expect(await until(() => heads === 7, { timeoutMs: 5_000 })).to.equal(true)
      client.write(get())
      await client.see('UPSTREAM_BUSY')
      const other = wireClient(edge.url, '127.0.0.2')
      other.write(get())
      await other.see('sound')
      for (const { socket } of [...greedy, other, client]) socket.destroy()
    })

    it('429 for one connection too many, until one is closed', async () => {
      const first = await open({ clients: { connections: 1 } })
      first.write(get())
      await first.see('sound')
      expect(await wireClient(edge.url).end()).to.match(/^HTTP\/1.1 429 .*TOO_MANY_CONNECTIONS/s)
      first.socket.destroy()
      const again = async (): Promise<boolean> => {
        const client = wireClient(edge.url)
        client.write(get())
        await client.see('HTTP/1.1')
        client.socket.destroy()
        return client.text().includes('200 OK')
      }
      expect(await until(again, { timeoutMs: 5_000 })).to.equal(true)
    })
  })
}
