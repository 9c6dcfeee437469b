import type { RequestListener } from 'node:http'
import { bucketOf, defaultRules } from '@matapalo/core'
import { until } from '@matapalo/runtime'
import { expect } from 'chai'
import type { Freshness } from '../../src/freshness/freshness.ts'
import { cookieSubject } from '../../src/identity/subject.ts'
import {
  type TestEdge,
  type TestEdgeOptions,
  testEdge,
  type Upstream,
  upstream,
} from '../harness.ts'

const says =
  (name: string): RequestListener =>
  (req, res) =>
    void res.end(`${name} ${req.method}`)

describe('Canary', function () {
  this.timeout(60_000)
  const upstreams: Upstream[] = []
  const edges: TestEdge[] = []
  afterEach(async () => {
    for (const edge of edges) await edge.stop()
    for (const one of upstreams) await one.stop()
    edges.length = upstreams.length = 0
  })
  const side = async (listener: RequestListener): Promise<string> => {
    const one = await upstream(listener)
    upstreams.push(one)
    return one.url
  }
  const open = async (share: number, options: Partial<TestEdgeOptions> = {}): Promise<TestEdge> => {
    const edge = await testEdge({
      monolith: await side(says('owner')),
      service: await side(says('candidate')),
      ...options,
      domain: { phase: 'canary', canary: share, ...options.domain },
    })
    edges.push(edge)
    return edge
  }
  const ask = async (edge: TestEdge, session?: string, init: RequestInit = {}): Promise<string> => {
    const headers = session === undefined ? {} : { cookie: `sid=${session}` }
    return (await fetch(`${edge.url}/api/books/1`, { headers, ...init })).text()
  }

  it('serves a stable share of sessions from the candidate, the same in every edge', async () => {
    const [one, two] = [await open(0.3), await open(0.3)]
    let taken = 0
    for (let n = 0; n < 100; n++) {
      const expected = bucketOf('catalog', cookieSubject(`s${n}`)) < 0.3
      const answer = expected ? 'candidate GET' : 'owner GET'
      expect(await ask(one, `s${n}`)).to.equal(answer)
      expect(await ask(two, `s${n}`)).to.equal(answer)
      if (expected) taken += 1
    }
    expect(taken).to.be.within(15, 45)
  })

  it('leaves writes, and whoever has no session, to the owner', async () => {
    const edge = await open(1)
    expect(await ask(edge, 's1')).to.equal('candidate GET')
    expect(await ask(edge)).to.equal('owner GET')
    expect(await ask(edge, 's1', { method: 'PUT', body: '{}' })).to.equal('owner PUT')
    edge.next({ canary: 0 })
    expect(await ask(edge, 's1')).to.equal('owner GET')
    edge.next({ canary: 1, phase: 'shadow' })
    expect(await ask(edge, 's1')).to.equal('owner GET')
  })

  it('gives the client the owner’s answer when the candidate answers 5xx, resets, hangs or is away', async () => {
    const candidates: Readonly<Record<string, RequestListener>> = {
      fails: (_req, res) => void res.writeHead(500).end('oops'),
      resets: (req) => void req.socket.resetAndDestroy(),
      hangs: () => undefined,
    }
    for (const [name, listener] of Object.entries(candidates)) {
      const edge = await open(1, { service: await side(listener) })
      const begun = performance.now()
      expect(await ask(edge, 's1'), name).to.equal('owner GET')
      expect(performance.now() - begun, name).to.be.lessThan(2_500)
      expect(await edge.metrics.registry.metrics()).to.match(
        /canary_reads_total\{.*outcome="failed".*\} 1/,
      )
    }
    expect(await ask(await open(1, { service: 'http://127.0.0.1:9' }), 's1')).to.equal('owner GET')
  })

  it('leaves a candidate alone that fails several times in a row', async () => {
    let asked = 0
    const edge = await open(1, {
      service: await side((_req, res) => {
        asked += 1
        res.writeHead(503).end()
      }),
    })
    for (let n = 0; n < 20; n++) expect(await ask(edge, `s${n}`)).to.equal('owner GET')
    expect(asked).to.equal(5)
  })

  it('passes on what the candidate answers below 500', async () => {
    const edge = await open(1, {
      service: await side((_req, res) => void res.writeHead(404).end('none')),
    })
    expect(await ask(edge, 's1')).to.equal('none')
  })

  it('goes to the owner when the candidate has not applied the reader’s own writes', async () => {
    const waits: (number | undefined)[] = []
    let outcome: 'fresh' | 'stale' = 'fresh'
    // Only what a read needs of it.
    const freshness = {
      beforeRead: async ({ maxMs }: { maxMs?: number }) => {
        waits.push(maxMs)
        return outcome
      },
    } as unknown as Freshness
    const edge = await open(1, { freshness })
    expect(await ask(edge, 's1')).to.equal('candidate GET')
    outcome = 'stale'
    const answer = await fetch(`${edge.url}/api/books/1`, { headers: { cookie: 'sid=s1' } })
    expect(await answer.text()).to.equal('owner GET')
    expect(answer.headers.get('warning')).to.equal(null)
    expect(waits).to.deep.equal([250, 250])
  })

  it('makes writes of the domain keep tokens, although nobody else reads it elsewhere', async () => {
    const edge = await open(0)
    expect([...edge.inForce.watched]).to.deep.equal(['catalog'])
    edge.next({ phase: 'shadow' })
    expect(edge.inForce.watched.has('catalog')).to.equal(false)
  })

  it('compares what the candidate served with the owner, which stays the control', async () => {
    const edge = await open(1, {
      domain: { shadow: { round: 2, rate: 1, rules: defaultRules } },
    })
    await ask(edge, 's1')
    await until(() => edge.tallies.reports().length > 0, { timeoutMs: 5_000 })
    await until(() => edge.shadow.running === 0, { timeoutMs: 5_000 })
    const [report] = edge.tallies.reports()
    expect(report?.tally.mismatch).to.equal(1)
    expect(report?.samples[0]).to.deep.include({ kind: 'content', path: 'content' })
    expect(report?.samples[0]?.control).to.match(/^9 octets/)
  })
})
