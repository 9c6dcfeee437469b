import type { RouteRule } from '@matapalo/core'
import { expect } from 'chai'
import { UndiciForwarder } from '../../src/forward/undici.ts'
import type { Signer } from '../../src/identity/assertion.ts'
import { askBridge } from '../../src/identity/bearer/askBridge.ts'
import { fetchKeys } from '../../src/identity/bearer/keys.ts'
import { legacySession } from '../../src/identity/legacySession.ts'
import { askOwner } from '../../src/identity/owner.ts'
import { Replicas } from '../../src/upstreams/replicas.ts'
import { catalog, type Upstream, upstream } from '../harness.ts'

const domain = 'catalog'
const any = { domain, methods: ['*'], writes: [], reads: [] }
const routes: readonly RouteRule[] = [
  { ...any, id: 'bridge', path: '/internal/*', side: 'service' },
  { ...any, id: 'session', path: '/api/session' },
]

describe('askOwner', () => {
  const undici = new UndiciForwarder({ headMs: 5_000, connections: 8 })
  const heard: string[] = []
  const statuses: number[] = []
  let owner: 'monolith' | 'service'
  let servers: Readonly<Record<'monolith' | 'service', Upstream>>

  before(async () => {
    const named = (name: string) =>
      upstream((req, res) => {
        const { cookie, 'x-matapalo-identity': identity } = req.headers
        heard.push(`${name} ${req.url} ${cookie ?? ''} ${identity ?? ''}`)
        res.statusCode = statuses.shift() ?? 200
        res.end('{"user":null,"cookie":"abc","user_id":7}')
      })
    servers = { monolith: await named('monolith'), service: await named('service') }
  })
  beforeEach(() => {
    heard.length = 0
    statuses.length = 0
    owner = 'monolith'
  })
  after(async () => {
    await undici.close()
    await servers.monolith.stop()
    await servers.service.stop()
  })

  const ask = askOwner({
    table: () => ({
      epoch: 1,
      domains: [{ ...catalog, owner }],
      routes,
      upstreams: { monolith: [servers.monolith.url], catalog: [servers.service.url] },
    }),
    replicas: new Replicas(),
    asker: undici,
  })
  const signer: Signer = {
    sign: async ({ id, token }, to) => `${id}@${to} ${token?.scopes.join(' ')}`,
  }
  const bridge = askBridge(ask, signer, '/internal/sessions/:sid/cookie')

  it('asks whoever owns the sessions whose a cookie is', async () => {
    const introspect = legacySession(ask, '/api/session', 'sid')
    expect(await introspect('ana')).to.equal(null)
    owner = 'service'
    await introspect('ana')
    expect(heard).to.deep.equal(['monolith /api/session sid=ana ', 'service /api/session sid=ana '])
  })

  it('asks the service for the session of a token, whoever owns the domain, as the edge itself', async () => {
    expect(await bridge('s-1')).to.deep.equal({ cookie: 'abc', userId: '7' })
    expect(heard).to.deep.equal([
      'service /internal/sessions/s-1/cookie  matapalo-edge@catalog sessions:bridge',
    ])
  })

  it('takes 404 for an end of the session, and tries anything else again', async () => {
    statuses.push(503, 500, 404)
    expect(await bridge('s-1')).to.equal(null)
    expect(heard).to.have.length(3)
  })
})

describe('fetchKeys', () => {
  let server: Upstream
  const answers: Record<string, readonly [number, string]> = {
    '/jwks': [200, '{"keys":[]}'],
    '/moved': [302, ''],
    '/gone': [404, '{"keys":[]}'],
    '/large': [200, 'x'.repeat(300_000)],
  }
  before(async () => {
    server = await upstream((req, res) => {
      const [status, text] = answers[req.url ?? ''] ?? [500, '']
      res.writeHead(status, { location: '/jwks' }).end(text)
    })
  })
  after(() => server.stop())

  it('gets a key set, and takes no redirect, error or endless text for one', async () => {
    const get = (path: string) =>
      fetchKeys(new URL(server.url + path))().catch((error: unknown) => error)
    expect(await get('/jwks')).to.equal('{"keys":[]}')
    for (const path of ['/moved', '/gone', '/large']) {
      expect(await get(path), path).to.be.instanceOf(Error)
    }
  })
})
