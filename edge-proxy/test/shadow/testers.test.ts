import type { RequestListener } from 'node:http'
import { sideHeader, sideToken } from '@matapalo/core'
import { expect } from 'chai'
import { SignJWT } from 'jose'
import type { Freshness } from '../../src/freshness/freshness.ts'
import { servedByHeader } from '../../src/shadow/testers.ts'
import {
  type TestEdge,
  type TestEdgeOptions,
  testEdge,
  type Upstream,
  upstream,
} from '../harness.ts'

const key = 'a key of at least thirty-two octets'
const now = (): number => Math.floor(Date.now() / 1000)

interface Made {
  readonly key?: string
  readonly typ?: string
  readonly alg?: string
  readonly issuer?: string
  readonly audience?: string
  readonly made?: number
  readonly end?: number | null
  readonly claims?: Record<string, unknown>
}
const token = async (made: Made = {}): Promise<string> => {
  const jwt = new SignJWT(made.claims ?? { side: 'service', domains: ['catalog'] })
    .setProtectedHeader({ alg: made.alg ?? 'HS256', typ: made.typ ?? sideToken.typ })
    .setIssuer(made.issuer ?? sideToken.issuer)
    .setAudience(made.audience ?? sideToken.audience)
    .setIssuedAt(made.made ?? now())
  if (made.end !== null) jwt.setExpirationTime(made.end ?? now() + 60)
  return jwt.sign(new TextEncoder().encode(made.key ?? key))
}
const choosing = (side: string, ...domains: readonly string[]): Promise<string> =>
  token({ claims: { side, domains } })

describe('Testers', function () {
  this.timeout(60_000)
  const upstreams: Upstream[] = []
  const edges: TestEdge[] = []
  const heard: (string | undefined)[] = []
  beforeEach(() => {
    heard.length = 0
  })
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
  const says =
    (name: string): RequestListener =>
    (req, res) => {
      heard.push(req.headers[sideHeader] as string | undefined)
      res.setHeader(servedByHeader, 'forged')
      res.end(`${name} ${req.method}`)
    }
  /** Its canary serves nobody but by a lot that is hardly ever drawn. */
  const open = async (options: Partial<TestEdgeOptions> = {}): Promise<TestEdge> => {
    const edge = await testEdge({
      monolith: await side(says('owner')),
      service: await side(says('candidate')),
      testerKey: key,
      ...options,
      domain: { phase: 'canary', canary: 0.0001, ...options.domain },
    })
    edges.push(edge)
    return edge
  }
  const ask = async (
    edge: TestEdge,
    header: string | undefined,
    init: RequestInit & { readonly path?: string } = {},
  ) => {
    const headers = { cookie: 'sid=s1', ...(header === undefined ? {} : { [sideHeader]: header }) }
    const { path = '/api/books/1', ...rest } = init
    const answer = await fetch(`${edge.url}${path}`, { headers, ...rest })
    const text = await answer.text()
    const { status } = answer
    return { status, text, by: answer.headers.get(servedByHeader), headers: answer.headers }
  }
  const refusal = async (edge: TestEdge, header: string, init: { path?: string } = {}) => {
    const { status, text, by } = await ask(edge, header, init)
    const { code, message } = (JSON.parse(text) as { error: Record<string, string> }).error
    expect(by).to.equal(null)
    return { status, code, message }
  }

  it('are served by the side they choose, and told which it was, when nobody else is', async () => {
    const edge = await open()
    expect(await ask(edge, undefined)).to.include({ text: 'owner GET', by: null })
    const chosen = await ask(edge, await choosing('service', 'catalog'))
    expect(chosen).to.include({ text: 'candidate GET', by: 'service' })
    expect(chosen.headers.get('vary')).to.equal(sideHeader)
    expect(await ask(edge, await choosing('service', '*'))).to.include({ by: 'service' })
    expect(await ask(edge, undefined)).to.include({ text: 'owner GET', by: null })
  })

  it('are served by the owner in a canary of everybody when they choose it', async () => {
    const edge = await open({ domain: { canary: 1 } })
    expect(await ask(edge, undefined)).to.include({ text: 'candidate GET', by: null })
    expect(await ask(edge, await choosing('monolith', 'catalog'))).to.include({
      ...{ text: 'owner GET', by: 'monolith' },
    })
  })

  it('need no session', async () => {
    const edge = await open()
    const headers = { [sideHeader]: await token() }
    const answer = await fetch(`${edge.url}/api/books/1`, { headers })
    expect(await answer.text()).to.equal('candidate GET')
  })

  it('write where everybody writes, and read what is no domain’s as everybody does', async () => {
    const edge = await open()
    const header = await token()
    for (const method of ['PUT', 'POST', 'DELETE']) {
      expect(await ask(edge, header, { method })).to.include({
        ...{ text: `owner ${method}`, by: 'monolith' },
      })
    }
    expect(await ask(edge, header, { path: '/books/1' })).to.include({ by: 'monolith' })
  })

  it('never show their header to an upstream, nor an upstream’s word of who served', async () => {
    const edge = await open()
    await ask(edge, await token())
    await ask(edge, await token(), { method: 'PUT', body: '{}' })
    expect(heard).to.deep.equal([undefined, undefined])
  })

  const bad: Readonly<Record<string, () => Promise<string>>> = {
    'it has expired': () => token({ made: now() - 120, end: now() - 60 }),
    'it is older than a day, whatever its end says': () =>
      token({ made: now() - 90_000, end: now() + 60 }),
    'it has no end': () => token({ end: null }),
    'it was made in the future': () => token({ made: now() + 3_600, end: now() + 7_200 }),
    'its key is another': () => token({ key: 'another key of thirty-two octets or more' }),
    'it is signed by another hash': () => token({ alg: 'HS512', key: key + key }),
    'it was made for something else': () => token({ typ: 'at+jwt' }),
    'somebody else made it': () => token({ issuer: 'matapalo-edge' }),
    'it is for somebody else': () => token({ audience: 'catalog' }),
    'it names no side': () => token({ claims: { domains: ['catalog'] } }),
    'it names no domain': () => token({ claims: { side: 'service' } }),
    'it comes twice': async () => `${await token()}, ${await token()}`,
    'it is empty': async () => '',
    'it is no token': async () => 'service',
    'it is signed by nobody': async () => {
      const [, payload] = (await token()).split('.')
      const head = Buffer.from(JSON.stringify({ alg: 'none', typ: sideToken.typ }))
      return `${head.toString('base64url')}.${payload}.`
    },
  }
  for (const [why, make] of Object.entries(bad)) {
    it(`are refused, not served by somebody, when ${why}`, async () => {
      const edge = await open()
      expect(await refusal(edge, await make())).to.deep.include({
        ...{ status: 400, code: 'MATAPALO_EDGE_SIDE_REFUSED' },
      })
      expect(heard).to.deep.equal([])
    })
  }

  it('are refused also on a route of nobody’s, and by an edge without a key', async () => {
    const edge = await open()
    const end = { made: now() - 120, end: now() - 60 }
    expect(await refusal(edge, await token(end), { path: '/about' })).to.have.property(
      'status',
      400,
    )
    const { message, status } = await refusal(await open({ testerKey: undefined }), await token())
    expect(status).to.equal(400)
    expect(message).to.contain('EDGE_TESTER_KEY').and.not.contain(key)
  })

  it('are refused when they name a domain that there is not', async () => {
    const { message, status } = await refusal(await open(), await choosing('service', 'catalgo'))
    expect(status).to.equal(409)
    expect(message).to.contain('catalgo').and.contain('no such domain')
  })

  it('are refused while edges keep no tokens of the domain’s writes, or it moves', async () => {
    const edge = await open()
    const header = await token()
    for (const change of [
      { phase: 'backfill' },
      { phase: 'shadow' },
      { phase: 'canary', canary: 0 },
      { phase: 'canary', canary: 0.0001, hold: true },
      { phase: 'cutover' },
    ] as const) {
      edge.next({ hold: false, ...change })
      const { status, code, message } = await refusal(edge, header)
      expect({ status, code }, JSON.stringify(change)).to.deep.equal({
        ...{ status: 409, code: 'MATAPALO_EDGE_SIDE_CLOSED' },
      })
      expect(message).to.contain('matapalo canary catalog --share 0.01')
    }
    expect(heard).to.deep.equal([])
    edge.next({ phase: 'service', owner: 'service', term: 2, hold: false })
    expect(await ask(edge, header)).to.include({ text: 'candidate GET', by: 'service' })
    const back = await refusal(edge, await choosing('monolith', 'catalog'))
    expect(back).to.have.property('status', 409)
  })

  it('read their own writes: the owner answers when the other side has not applied them, and they are told', async () => {
    const waits: (number | undefined)[] = []
    let outcome: 'fresh' | 'stale' = 'fresh'
    // Only what a read needs of it.
    const freshness = {
      beforeRead: async ({ maxMs }: { maxMs?: number }) => {
        waits.push(maxMs)
        return outcome
      },
    } as unknown as Freshness
    const edge = await open({ freshness })
    const header = await token()
    expect(await ask(edge, header)).to.include({ text: 'candidate GET', by: 'service' })
    outcome = 'stale'
    expect(await ask(edge, header)).to.include({ text: 'owner GET', by: 'monolith;why=stale' })
    expect(waits).to.deep.equal([250, 250])
  })

  it('are refused when the canary ends while their read waits', async () => {
    const freshness = {
      beforeRead: async () => {
        edge.next({ phase: 'shadow', canary: 0 })
        return 'fresh'
      },
    } as unknown as Freshness
    const edge = await open({ freshness })
    expect(await refusal(edge, await token())).to.have.property('code', 'MATAPALO_EDGE_SIDE_CLOSED')
    expect(heard).to.deep.equal([])
  })

  it('get the owner’s answer when the candidate fails, and leave it on for everybody else', async () => {
    let broken = true
    const edge = await open({
      domain: { canary: 1 },
      service: await side((req, res) => {
        if (broken) res.writeHead(500).end('oops')
        else says('candidate')(req, res)
      }),
    })
    for (let n = 0; n < 6; n++) {
      expect(await ask(edge, await token())).to.include({
        ...{ text: 'owner GET', by: 'monolith;why=failed' },
      })
    }
    broken = false
    expect(await ask(edge, undefined)).to.include({ text: 'candidate GET' })
    const counted = await edge.metrics.registry.metrics()
    expect(counted).to.match(/tester_reads_total\{.*outcome="failed".*\} 6/)
    expect(counted).to.match(/canary_reads_total\{.*outcome="served".*\} 1/)
    expect(counted).not.to.match(/canary_reads_total\{.*outcome="failed"/)
  })

  it('reach a candidate that is left alone', async () => {
    let broken = true
    const edge = await open({
      domain: { canary: 1 },
      service: await side((req, res) => {
        if (broken) res.writeHead(500).end('oops')
        else says('candidate')(req, res)
      }),
    })
    for (let n = 0; n < 6; n++) await ask(edge, undefined)
    broken = false
    expect(await ask(edge, undefined)).to.include({ text: 'owner GET' })
    expect(await ask(edge, await token())).to.include({ text: 'candidate GET', by: 'service' })
    expect(await ask(edge, undefined)).to.include({ text: 'owner GET' })
  })
})
