import { silentLog, until } from '@matapalo/runtime'
import { expect } from 'chai'
import { type AppliedState, AppliedWatch } from '../src/freshness/applied.ts'
import { Freshness } from '../src/freshness/freshness.ts'
import type { TokenStore } from '../src/freshness/store.ts'
import { Tokens } from '../src/freshness/tokens.ts'
import {
  type TestEdge,
  type TestEdgeOptions,
  testEdge,
  type Upstream,
  upstream,
} from './harness.ts'

const nobody = 'http://127.0.0.1:9'

/** Nobody is remembered. */
const store: TokenStore = {
  read: async (domains) => domains.map(() => ({ token: null, dirty: false })),
  mark: async () => undefined,
  keep: async () => undefined,
  unmark: async () => undefined,
  announceSession: () => undefined,
}

for (const forwarder of ['undici', 'middleware'] as const) {
  describe(`Fallback over ${forwarder}`, function () {
    this.timeout(30_000)
    const stops: (() => Promise<void>)[] = []
    let seen: string[]
    let markers: string[]
    let applied: AppliedState
    /** Markers are applied at once, as they are written. */
    let flows: boolean
    let databaseUp: boolean
    let monolith: Upstream

    beforeEach(async () => {
      seen = []
      markers = []
      flows = databaseUp = true
      applied = {
        ...{ domain: 'catalog', direction: 'reverse', mode: 'apply', term: 3 },
        ...{ token: 0n, generation: 'g1' },
      }
      monolith = await upstream((req, res) => {
        seen.push(`${req.method} ${req.url}`)
        res.end('monolith')
      })
      stops.push(monolith.stop)
    })
    afterEach(async () => {
      for (const stop of stops.reverse()) await stop()
      stops.length = 0
    })

    /** After a cutover, and nobody listens where the service should be. */
    const open = async (options: Partial<TestEdgeOptions> = {}): Promise<TestEdge> => {
      const watch = new AppliedWatch(async () => [applied], 1)
      const freshness: Freshness = new Freshness({
        ...{ store, applied: { monolith: watch, service: watch } },
        tokens: new Tokens(async (side, domain) => {
          if (!databaseUp) throw new Error('database is down')
          markers.push(`${side}/${domain}`)
          if (flows) applied = { ...applied, token: BigInt(markers.length) }
          return { side, generation: 'g1', term: 3, n: BigInt(markers.length) }
        }),
        state: (domain) => edge.inForce.state(domain),
        refresh: async () => undefined,
        report: {
          ...{ waited: () => undefined, kept: () => undefined, possiblyStale: () => undefined },
        },
        ...{ log: silentLog, readMaxMs: 500, writeMaxMs: 200 },
      })
      const edge: TestEdge = await testEdge({
        ...{ monolith: monolith.url, service: nobody, forwarder, freshness, connectMaxMs: 300 },
        domain: { phase: 'service', owner: 'service', term: 3 },
        ...options,
      })
      stops.push(edge.stop)
      return edge
    }
    const ask = async (edge: TestEdge, init: RequestInit = {}): Promise<string> => {
      const answer = await fetch(`${edge.url}/api/books/1`, init)
      return `${answer.status} ${answer.status === 503 ? '' : await answer.text()}`.trim()
    }
    const counted = async (edge: TestEdge, outcome: string): Promise<number> => {
      const text = await edge.metrics.registry.metrics()
      const found = new RegExp(`fallback_reads_total\\{.*outcome="${outcome}".*\\} (\\d+)`).exec(
        text,
      )
      return Number(found?.[1] ?? 0)
    }

    it('serves a read from the other side when that has applied a token taken now', async () => {
      const edge = await open()
      expect(await ask(edge)).to.equal('200 monolith')
      expect((await fetch(`${edge.url}/api/books/1`, { method: 'HEAD' })).status).to.equal(200)
      expect(markers).to.deep.equal(['service/catalog', 'service/catalog'])
      expect(await counted(edge, 'served')).to.equal(2)
    })

    it('never serves a write there', async () => {
      const edge = await open()
      for (const method of ['PUT', 'POST', 'DELETE']) {
        expect(await ask(edge, { method })).to.equal('503')
      }
      expect(seen).to.deep.equal([])
    })

    it('waits for its token, and serves nothing before', async () => {
      flows = false
      const edge = await open()
      const read = ask(edge)
      await until(() => markers.length === 1, { timeoutMs: 2_000 })
      expect(seen).to.deep.equal([])
      applied = { ...applied, token: 1n }
      expect(await read).to.equal('200 monolith')
    })

    const unproven: Readonly<Record<string, () => void>> = {
      'is not applied in time': () => {
        flows = false
      },
      'is applied by a feed in audit mode': () => {
        applied = { ...applied, mode: 'audit' }
      },
      'is applied under an older term': () => {
        applied = { ...applied, term: 2 }
      },
      'is of another generation than the feed': () => {
        applied = { ...applied, generation: 'g0' }
      },
      'cannot be taken, since the database is away too': () => {
        databaseUp = false
      },
    }
    for (const [what, arrange] of Object.entries(unproven)) {
      it(`answers 503 as before when the token ${what}`, async () => {
        arrange()
        const edge = await open()
        expect(await ask(edge)).to.equal('503')
        expect(seen).to.deep.equal([])
        expect(await counted(edge, 'stale')).to.equal(1)
      })
    }

    it('answers 503 as before while nobody takes tokens, and in phases without a proof', async () => {
      const blind = await testEdge({
        ...{ monolith: monolith.url, service: nobody, forwarder, connectMaxMs: 100 },
        ...{ domain: { phase: 'service', owner: 'service', term: 3 } },
      })
      stops.push(blind.stop)
      expect(await ask(blind)).to.equal('503')
      const edge = await open({ connectMaxMs: 100 })
      for (const phase of ['cutover', 'decommissioned'] as const) {
        edge.next({ phase })
        expect(await ask(edge), phase).to.equal('503')
      }
      expect([seen, markers]).to.deep.equal([[], []])
    })

    it('passes on what the owner answers, also 5xx, and what breaks off is not asked elsewhere', async () => {
      const failing = await upstream((_req, res) => void res.writeHead(500).end('oops'))
      const breaking = await upstream((req) => void req.socket.destroy())
      stops.push(failing.stop, breaking.stop)
      expect(await ask(await open({ service: failing.url }))).to.equal('500 oops')
      expect(await ask(await open({ service: breaking.url }))).to.match(/^502/)
      expect([seen, markers]).to.deep.equal([[], []])
    })

    it('waits for the owner when the other side fails too, which no client is shown', async () => {
      const failing = await upstream((_req, res) => void res.writeHead(500).end('oops'))
      stops.push(failing.stop)
      const edge = await open({ monolith: failing.url })
      expect(await ask(edge)).to.equal('503')
      expect(await counted(edge, 'failed')).to.equal(1)
    })

    it('serves from the owner again as soon as that is back', async () => {
      const edge = await open()
      expect(await ask(edge)).to.equal('200 monolith')
      const back = await upstream((_req, res) => void res.end('service'))
      stops.push(back.stop)
      const { table } = edge.inForce
      if (table === undefined) throw new TypeError('no table')
      const upstreams = { ...table.upstreams, catalog: [back.url] }
      edge.inForce.apply({ ...table, epoch: table.epoch + 1, upstreams })
      expect(await ask(edge)).to.equal('200 service')
    })
  })
}
