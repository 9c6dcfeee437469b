import type { RequestListener } from 'node:http'
import { createServer } from 'node:net'
import { gzipSync } from 'node:zlib'
import { defaultRules, type ParityRules } from '@matapalo/core'
import { sleep, until } from '@matapalo/runtime'
import { expect } from 'chai'
import { mostWaiting } from '../../src/shadow/shadow.ts'
import {
  type TestEdge,
  type TestEdgeOptions,
  testEdge,
  type Upstream,
  upstream,
} from '../harness.ts'

const rules = (over: Partial<ParityRules> = {}): ParityRules => ({ ...defaultRules, ...over })
const json = (value: unknown): RequestListener => {
  return (_req, res) => {
    res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
  }
}

describe('Shadow', function () {
  this.timeout(60_000)
  const upstreams: Upstream[] = []
  const edges: TestEdge[] = []
  const closing: (() => void)[] = []
  afterEach(async () => {
    for (const edge of edges) await edge.stop()
    for (const close of closing) close()
    for (const one of upstreams) await one.stop()
    edges.length = upstreams.length = closing.length = 0
  })

  const side = async (listener: RequestListener): Promise<string> => {
    const one = await upstream(listener)
    upstreams.push(one)
    return one.url
  }
  const open = async (
    options: TestEdgeOptions & { readonly rules?: ParityRules; readonly rate?: number },
  ): Promise<TestEdge> => {
    const edge = await testEdge({
      ...options,
      domain: {
        phase: 'shadow',
        shadow: { round: 1, rate: options.rate ?? 1, rules: options.rules ?? rules() },
        ...options.domain,
      },
    })
    edges.push(edge)
    return edge
  }
  const idle = (edge: TestEdge): Promise<unknown> =>
    until(() => edge.shadow.waiting === 0 && edge.shadow.running === 0, { timeoutMs: 30_000 })
  const tally = (edge: TestEdge) => edge.tallies.reports()[0]?.tally
  const report = (edge: TestEdge) => edge.tallies.reports()[0]
  const metrics = (edge: TestEdge) => edge.metrics.registry.metrics()
  const get = async (edge: TestEdge, path = '/api/books/1', headers = {}): Promise<string> =>
    (await fetch(`${edge.url}${path}`, { headers })).text()

  it('asks the other side what the client asked, as the same person, and says that it is a copy', async () => {
    const seen: Record<string, unknown>[] = []
    const edge = await open({
      monolith: await side(json({ id: 1 })),
      service: await side((req, res) => {
        seen.push({ url: req.url, method: req.method, ...req.headers })
        json({ id: 1 })(req, res)
      }),
      sessions: { s1: { id: '7', name: 'Ana', roles: [] } },
    })
    expect(await get(edge, '/api/books/1?x=1', { cookie: 'sid=s1', 'x-test': 'a' })).to.equal(
      '{"id":1}',
    )
    await idle(edge)
    expect(seen).to.have.length(1)
    expect(seen[0]).to.deep.include({ url: '/api/books/1?x=1', method: 'GET', 'x-test': 'a' })
    expect(seen[0]).to.deep.include({
      'x-matapalo-shadow': '1',
      'x-matapalo-identity': '7@catalog',
    })
    expect(seen[0]).to.not.have.property('accept-encoding')
    expect(tally(edge)).to.deep.include({ equal: 1, mismatch: 0 })
  })

  it('copies neither writes, nor HEAD, nor what is skipped, nor anything in another phase', async () => {
    let copies = 0
    const edge = await open({
      monolith: await side(json({})),
      service: await side((req, res) => {
        copies += 1
        json({})(req, res)
      }),
    })
    await fetch(`${edge.url}/api/books/1`, { method: 'PUT', body: '{}' })
    await fetch(`${edge.url}/api/books/1`, { method: 'HEAD' })
    await get(edge, '/books/1')
    const skip = [{ route: '/api/books/*', why: 'test' }]
    edge.next({ shadow: { round: 1, rate: 1, rules: rules({ skip }) } })
    await get(edge)
    edge.next({ phase: 'backfill' })
    await get(edge)
    await idle(edge)
    await sleep(50)
    expect(copies).to.equal(0)
  })

  it('copies the share that it is told', async () => {
    let copies = 0
    const edge = await open({
      monolith: await side(json({})),
      service: await side((req, res) => {
        copies += 1
        json({})(req, res)
      }),
      rate: 0.25,
    })
    for (let n = 0; n < 200; n++) await get(edge)
    await idle(edge)
    expect(copies).to.be.within(20, 85)
  })

  it('tells a difference that stands, without its values, by route and field', async () => {
    const edge = await open({
      monolith: await side(json({ id: 1, email: 'ana@example.org', price: '1.50' })),
      service: await side(json({ id: 1, email: 'eva@example.org', price: '1.50' })),
    })
    for (let n = 0; n < 10; n++) await get(edge)
    await idle(edge)
    expect(tally(edge)).to.deep.include({ mismatch: 10, equal: 0, inconclusive: 0 })
    expect(report(edge)).to.deep.include({ route: 'read', round: 1, fields: ['$.email'] })
    // Some samples of a field are enough.
    expect(report(edge)?.samples).to.have.length(3)
    expect(JSON.stringify(report(edge))).to.not.match(/ana|eva|example/)
    expect(await metrics(edge)).to.match(
      /shadow_differences_total\{.*domain="catalog",route="read",kind="value".*\} 10/,
    )
  })

  it('calls it racing when the other side had only not caught up', async () => {
    let price = 1
    let applied = 1
    const edge = await open({
      monolith: await side((req, res) => json({ price })(req, res)),
      service: await side((req, res) => json({ price: applied })(req, res)),
      barrier: async () => {
        applied = price
        return true
      },
    })
    for (let n = 0; n < 5; n++) {
      price += 1
      await get(edge)
      await idle(edge)
    }
    expect(tally(edge)).to.deep.include({ racing: 5, mismatch: 0 })
  })

  it('never believes a difference while the owner itself moves', async () => {
    let price = 0
    const edge = await open({
      monolith: await side((req, res) => json({ price: ++price })(req, res)),
      service: await side(json({ price: 0 })),
    })
    await get(edge)
    await idle(edge)
    expect(tally(edge)).to.deep.include({ mismatch: 0, inconclusive: 1 })
    expect(report(edge)?.samples[0]).to.deep.include({ outcome: 'inconclusive', path: '$.price' })
  })

  it('believes a difference beside a field that moves', async () => {
    let at = 0
    const edge = await open({
      monolith: await side((req, res) => json({ at: ++at, title: 'a' })(req, res)),
      service: await side((req, res) => json({ at: ++at, title: 'b' })(req, res)),
    })
    await get(edge)
    await idle(edge)
    expect(report(edge)?.fields).to.deep.equal(['$.title'])
  })

  it('concludes nothing when the other side does not catch up, or the domain has moved', async () => {
    const edge = await open({
      monolith: await side(json({ a: 1 })),
      service: await side(json({ a: 2 })),
      barrier: async () => false,
    })
    await get(edge)
    await idle(edge)
    expect(tally(edge)).to.deep.include({ mismatch: 0, inconclusive: 1 })
    const moving = await open({
      monolith: await side(json({ a: 1 })),
      service: await side(json({ a: 2 })),
      barrier: async () => {
        moving.next({ term: 9 })
        return true
      },
    })
    await get(moving)
    await idle(moving)
    expect(await metrics(moving)).to.match(/unfinished_total\{.*reason="moved".*\} 1/)
  })

  it('compares what was coded, and asks anew for what was only a part', async () => {
    const edge = await open({
      monolith: await side((req, res) => {
        if (req.headers['if-none-match']) return void res.writeHead(304).end()
        res.writeHead(200, {
          'content-type': 'application/json',
          ...(req.headers['accept-encoding'] ? { 'content-encoding': 'gzip' } : {}),
        })
        res.end(req.headers['accept-encoding'] ? gzipSync('{"a":1}') : '{"a":1}')
      }),
      service: await side(json({ a: 1 })),
    })
    await get(edge, '/api/books/1', { 'accept-encoding': 'gzip' })
    await get(edge, '/api/books/1', { 'if-none-match': '"x"' })
    await idle(edge)
    expect(tally(edge)).to.deep.include({ equal: 2 })
  })

  it('counts again what an ignore rule that has run out left out', async () => {
    const ignore = [{ path: '$.at', until: '2020-01-01', why: 'clock' }]
    const monolith = await side(json({ at: 1 }))
    const service = await side(json({ at: 2 }))
    const over = await open({ monolith, service, rules: rules({ ignore }) })
    const later = rules({ ignore: [{ path: '$.at', until: '2999-01-01', why: 'clock' }] })
    const still = await open({ monolith, service, rules: later })
    for (const edge of [over, still]) {
      await get(edge)
      await idle(edge)
    }
    expect(tally(over)).to.deep.include({ mismatch: 1 })
    expect(tally(still)).to.deep.include({ equal: 1 })
  })

  describe('with a candidate that misbehaves', () => {
    /** Clients' answers, all right, and how long the slowest took, ms. */
    const load = async (edge: TestEdge, requests: number): Promise<number> => {
      let slowest = 0
      for (let n = 0; n < requests; n += 20) {
        await Promise.all(
          Array.from({ length: 20 }, async () => {
            const begun = performance.now()
            expect(await get(edge)).to.equal('{"a":1}')
            slowest = Math.max(slowest, performance.now() - begun)
          }),
        )
      }
      return slowest
    }

    it('that hangs: clients notice nothing, the line stays short, all is counted', async () => {
      const edge = await open({
        monolith: await side(json({ a: 1 })),
        service: await side(() => undefined),
        shadow: { concurrency: 2, lookMs: 5_000 },
      })
      const slowest = await load(edge, 600)
      // Not even one look's time, on a busy machine.
      expect(slowest).to.be.lessThan(5_000)
      expect(edge.shadow.waiting).to.be.at.most(mostWaiting)
      expect(edge.shadow.running).to.be.at.most(2)
      const counted = tally(edge)
      expect(counted?.dropped).to.be.greaterThan(300)
      expect(await metrics(edge)).to.match(/unfinished_total\{.*reason="busy"/)
      await until(() => (tally(edge)?.inconclusive ?? 0) > 0, { timeoutMs: 30_000 })
      expect(await metrics(edge)).to.match(/unfinished_total\{.*reason="timeout"/)
      edge.shadow.stop()
      await idle(edge)
      expect(edge.shadow.octets).to.be.at.most(mostWaiting * 7)
    })

    it('that answers 100 MiB: nothing of it is kept', async () => {
      const chunk = Buffer.alloc(1_048_576, 0x20)
      let sent = 0
      const edge = await open({
        monolith: await side(json({ a: 1 })),
        service: await side((_req, res) => {
          res.writeHead(200, { 'content-type': 'application/json' })
          let left = 100
          const more = (): void => {
            while (left-- > 0) {
              sent += chunk.length
              if (!res.write(chunk)) return void res.once('drain', more)
            }
            res.end()
          }
          more()
        }),
      })
      globalThis.gc?.()
      const before = process.memoryUsage().rss
      await load(edge, 200)
      await idle(edge)
      expect(tally(edge)).to.deep.include({ equal: 0, mismatch: 0 })
      expect(await metrics(edge)).to.match(/unfinished_total\{.*reason="tooLarge"/)
      expect(sent).to.be.lessThan(200 * 10 * chunk.length)
      expect(process.memoryUsage().rss - before).to.be.lessThan(96 * 1_048_576)
    })

    it('that resets, or is not there: inconclusive, never a mismatch', async () => {
      const cut = createServer((socket) => socket.on('data', () => socket.resetAndDestroy()))
      await new Promise<void>((done) => cut.listen(0, '127.0.0.1', done))
      closing.push(() => cut.close())
      const { port } = cut.address() as { port: number }
      const monolith = await side(json({ a: 1 }))
      for (const service of [`http://127.0.0.1:${port}`, 'http://127.0.0.1:9']) {
        const edge = await open({ monolith, service })
        await load(edge, 20)
        await idle(edge)
        expect(tally(edge)).to.deep.include({ mismatch: 0, inconclusive: 20 })
      }
    })

    it('that answers 500: a mismatch of status, and the client is served', async () => {
      const edge = await open({
        monolith: await side(json({ a: 1 })),
        service: await side((_req, res) => void res.writeHead(500).end('oops')),
      })
      await load(edge, 20)
      await idle(edge)
      expect(report(edge)?.fields[0]).to.equal('status')
      expect(tally(edge)?.mismatch).to.equal(20)
    })
  })

  it('does not keep an answer that is too large, and the client gets all of it', async () => {
    const large = { text: 'x'.repeat(400_000) }
    let copies = 0
    for (const forwarder of ['undici', 'middleware'] as const) {
      const edge = await open({
        monolith: await side(json(large)),
        service: await side((req, res) => {
          copies += 1
          json(large)(req, res)
        }),
        forwarder,
      })
      expect(await get(edge)).to.have.length(400_011)
      await idle(edge)
      expect(tally(edge)).to.deep.include({ inconclusive: 1, equal: 0 })
      expect(edge.shadow.octets).to.equal(0)
    }
    expect(copies, 'nothing was left to compare with').to.equal(0)
  })

  it('sees the answers of either forwarder', async () => {
    const edge = await open({
      monolith: await side(json({ a: 1 })),
      service: await side(json({ a: 1 })),
      forwarder: 'middleware',
    })
    await get(edge)
    await idle(edge)
    expect(tally(edge)).to.deep.include({ equal: 1 })
  })
})
