/** The load bars of `npm run bench -- edge`, small: what must be none is none with few clients too. */
import { connect } from 'node:net'
import { until } from '@matapalo/runtime'
import { expect } from 'chai'
import { resets, startBreaker } from '../../../scripts/src/bench/edge/resets.ts'
import { type TestEdge, testEdge, type Upstream, upstream } from '../harness.ts'

const portOf = (edge: TestEdge): number => Number(new URL(edge.url).port)

for (const forwarder of ['undici', 'middleware'] as const) {
  describe(`Strained, over ${forwarder}`, () => {
    let edge: TestEdge
    let service: Upstream | undefined
    afterEach(async () => {
      await edge.stop()
      await service?.stop()
      service = undefined
    })

    it('does nothing twice for an upstream that breaks off before, during and after answers', async () => {
      const breaker = await startBreaker()
      try {
        edge = await testEdge({ monolith: breaker.url, forwarder, connectMaxMs: 500 })
        const rows = await resets(portOf(edge), breaker, 300)
        expect(rows.filter(({ met }) => met === false)).to.deep.equal([])
      } finally {
        breaker.stop()
      }
    }).timeout(60_000)

    it('passes on that a client has left, each time, and keeps nothing of it', async () => {
      const asked = new Set<string | undefined>()
      let waiting = 0
      service = await upstream((req, res) => {
        asked.add(req.url)
        waiting += 1
        res.once('close', () => {
          waiting -= 1
        })
      })
      edge = await testEdge({ monolith: service.url, forwarder })
      const visit = async (n: number): Promise<void> => {
        const socket = connect(portOf(edge), '127.0.0.1')
        socket.on('error', () => undefined)
        socket.write(`GET /orders/${n} HTTP/1.1\r\nHost: shop\r\n\r\n`)
        await until(() => asked.has(`/orders/${n}`), { timeoutMs: 5_000, everyMs: 5 })
        socket.destroy()
      }
      for (let round = 0; round < 10; round += 1) {
        await Promise.all(Array.from({ length: 30 }, (_, n) => visit(30 * round + n)))
      }
      expect(asked.size).to.equal(300)
      expect(await until(() => waiting === 0, { timeoutMs: 5_000 })).to.equal(true)
      expect(edge.inFlight.of('catalog')).to.equal(0)
    }).timeout(60_000)

    it('cuts off who takes nothing of an answer, and the upstream with it', async () => {
      let left = false
      service = await upstream((_req, res) => {
        res.once('close', () => {
          left = true
        })
        const block = Buffer.alloc(65_536)
        const more = (): void => {
          while (!res.destroyed) if (!res.write(block)) return void res.once('drain', more)
        }
        more()
      })
      edge = await testEdge({ monolith: service.url, forwarder, readerMs: 400 })
      const socket = connect(portOf(edge), '127.0.0.1').pause()
      socket.on('error', () => undefined)
      socket.write('GET /orders HTTP/1.1\r\nHost: shop\r\n\r\n')
      expect(await until(() => left, { timeoutMs: 8_000 })).to.equal(true)
      socket.destroy()
    }).timeout(20_000)
  })
}
