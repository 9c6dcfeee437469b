import type { RouteRule } from '@matapalo/core'
import { until } from '@matapalo/runtime'
import { expect } from 'chai'
import type { Freshness, FreshRead, FreshWrite } from '../../../src/freshness/freshness.ts'
import { Bearers } from '../../../src/identity/bearer/bearers.ts'
import { type AskBridge, Bridge } from '../../../src/identity/bearer/bridge.ts'
import { RemoteKeys } from '../../../src/identity/bearer/keys.ts'
import { cookieSubject } from '../../../src/identity/subject.ts'
import {
  type TestEdge,
  type TestEdgeOptions,
  testEdge,
  type Upstream,
  upstream,
} from '../../harness.ts'
import { bearersOf, type Issuer, newIssuer, now, rule, tokensOf } from './issuer.ts'

const route = (path: string, rest: Partial<RouteRule>): RouteRule => ({
  ...{ id: path, domain: 'catalog', methods: ['*'], path, access: 'read', writes: [], reads: [] },
  ...rest,
})
const routes = [
  route('/api/mine', { login: true }),
  route('/api/reports', { scopes: ['reports:read', 'shop'] }),
  route('/identity/*', { side: 'service' }),
]

interface Seen {
  readonly name: string
  readonly headers: Record<string, string | undefined>
}

describe('a bearer', () => {
  const stops: (() => Promise<void>)[] = []
  let issuer: Issuer
  let monolith: Upstream
  let service: Upstream
  let answers: Record<string, string | string[]>

  before(async () => {
    issuer = await newIssuer()
  })
  beforeEach(async () => {
    answers = {}
    const named = (name: string) =>
      upstream((req, res) => {
        for (const [field, value] of Object.entries(answers)) res.setHeader(field, value)
        res.end(JSON.stringify({ name, headers: req.headers }))
      })
    monolith = await named('monolith')
    service = await named('service')
    stops.push(monolith.stop, service.stop)
  })
  afterEach(async () => {
    for (const stop of stops.reverse()) await stop()
    stops.length = 0
  })

  const asked: string[] = []
  const bridged: AskBridge = async (sid) => {
    asked.push(sid)
    return { cookie: `shop-${sid}`, userId: '7' }
  }
  const open = async (options: Partial<TestEdgeOptions> = {}): Promise<TestEdge> => {
    asked.length = 0
    const edge = await testEdge({
      ...{ monolith: monolith.url, service: service.url, routes },
      tokens: tokensOf(issuer, bridged),
      sessions: { ana: { id: '7', name: 'Ana', roles: ['staff'] } },
      ...options,
    })
    stops.push(edge.stop)
    return edge
  }
  const ask = async (edge: TestEdge, path: string, token?: string, init: RequestInit = {}) => {
    const headers = {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(init.headers as Record<string, string>),
    }
    const answer = await fetch(edge.url + path, { ...init, headers })
    const text = await answer.text()
    return {
      status: answer.status,
      challenge: answer.headers.get('www-authenticate'),
      setCookies: answer.headers.getSetCookie(),
      json: JSON.parse(text) as Seen & { readonly error?: { readonly code: string } },
    }
  }

  it('is known to a service by the signed identity and by the token', async () => {
    const edge = await open({ domain: { owner: 'service' } })
    const token = await issuer.token()
    const { json } = await ask(edge, '/api/books/1', token, { headers: { cookie: 'sid=ana; a=b' } })
    expect(json.name).to.equal('service')
    expect(json.headers['x-matapalo-identity']).to.equal('7@catalog')
    expect(json.headers.authorization).to.equal(`Bearer ${token}`)
    // The cookie's session is somebody else's word.
    expect(json.headers.cookie).to.equal('a=b')
    expect(edge.asked).to.deep.equal([])
    expect(asked).to.deep.equal([])
  })

  it('is known to the monolith by the session of the token, never by the cookie sent along', async () => {
    const edge = await open()
    const { json } = await ask(edge, '/api/books/1', await issuer.token(), {
      headers: { cookie: 'a=b; sid=ana; sid=eve' },
    })
    expect(json.name).to.equal('monolith')
    expect(json.headers.cookie).to.equal('a=b; sid=shop-s-1')
    expect(json.headers).not.to.have.any.keys('authorization', 'x-matapalo-identity')
    await ask(edge, '/orders', await issuer.token())
    expect(asked).to.deep.equal(['s-1'])
  })

  it('gets nothing of the session that stands for him, and a change of it is noticed', async () => {
    const edge = await open()
    answers = { 'set-cookie': ['theme=dark', 'sid=; Max-Age=0; Path=/', ' sid=x'] }
    const logout = await ask(edge, '/api/logout', await issuer.token(), { method: 'POST' })
    expect(logout.setCookies).to.deep.equal(['theme=dark'])
    answers = {}
    await ask(edge, '/orders', await issuer.token())
    expect(asked).to.deep.equal(['s-1', 's-1'])
  })

  it('whose session has ended is refused at the monolith', async () => {
    const edge = await open({ tokens: tokensOf(issuer, async () => null) })
    const { status, json, challenge } = await ask(edge, '/orders', await issuer.token())
    expect([status, json.error?.code]).to.deep.equal([401, 'MATAPALO_EDGE_INVALID_TOKEN'])
    expect(challenge).to.contain('its session has ended')
  })

  it('that is a program goes to the monolith without any session', async () => {
    const edge = await open()
    const token = await issuer.token({ sid: undefined, sub: 'orders', client_id: 'orders' })
    const { json } = await ask(edge, '/orders', token, { headers: { cookie: 'sid=ana' } })
    expect(json.headers).not.to.have.any.keys('cookie', 'authorization')
    expect(asked).to.deep.equal([])
  })

  it('is let in by roles and scopes, and told what is missing', async () => {
    const edge = await open({ domain: { owner: 'service' } })
    const told = async (path: string, change?: Record<string, unknown>) => {
      const token = change === undefined ? undefined : await issuer.token(change)
      const { status, challenge } = await ask(edge, path, token)
      return [status, challenge]
    }
    const none = 'Bearer realm="matapalo"'
    expect(await told('/api/mine')).to.deep.equal([401, none])
    expect(await told('/api/mine', {})).to.deep.equal([200, null])
    expect(await told('/api/staff/x', {})).to.deep.equal([403, null])
    expect(await told('/api/staff/x', { roles: ['staff'] })).to.deep.equal([200, null])
    expect(await told('/api/reports')).to.deep.equal([401, none])
    const missing = `${none}, error="insufficient_scope", scope="reports:read shop"`
    expect(await told('/api/reports', {})).to.deep.equal([403, missing])
    expect(await told('/api/reports', { scope: 'shop reports:read' })).to.deep.equal([200, null])
    // A session is the person: it has roles, and no scopes to lack.
    const session = await ask(edge, '/api/reports', undefined, { headers: { cookie: 'sid=ana' } })
    expect(session.status).to.equal(200)
  })

  it('that is a program is the shop’s own account at the monolith where a route asks for its scopes', async () => {
    const cookie = 'programs'
    const programs = { cookie, subject: cookieSubject(cookie) }
    const edge = await open({ tokens: { ...tokensOf(issuer, bridged), programs } })
    const program = {
      sub: 'orders',
      client_id: 'orders',
      sid: undefined,
      scope: 'reports:read shop',
    }
    const token = await issuer.token(program)
    const known = await ask(edge, '/api/reports', token, { headers: { cookie: 'sid=eve' } })
    expect([known.status, known.json.headers.cookie]).to.deep.equal([200, 'sid=programs'])
    expect((await ask(edge, '/orders', token)).json.headers).not.to.have.any.keys('cookie')
    const less = await issuer.token({ ...program, scope: 'shop' })
    expect((await ask(edge, '/api/reports', less)).status).to.equal(403)
    const nobody = await open()
    expect((await ask(nobody, '/api/reports', token)).json.headers).not.to.have.any.keys('cookie')
  })

  it('reaches what the monolith never had at the service, whoever owns the domain', async () => {
    const edge = await open()
    expect((await ask(edge, '/identity/token')).json.name).to.equal('service')
    edge.next({ owner: 'service', hold: true })
    expect((await ask(edge, '/identity/token', undefined, { method: 'POST' })).status).to.equal(200)
    edge.next({ owner: 'monolith', hold: false })
    expect((await ask(edge, '/identity/token')).json.name).to.equal('service')
  })

  it('whose token ran out while it waited for a transfer is let through by the identity alone', async () => {
    const edge = await open({ domain: { hold: true } })
    const token = await issuer.token({ iat: now() - 30, exp: now() })
    const waiting = ask(edge, '/api/books/1', token, { method: 'PUT' })
    await until(() => edge.holds.length === 1, { timeoutMs: 5_000 })
    edge.next({ owner: 'service', hold: false })
    const { status, json } = await waiting
    expect(status).to.equal(200)
    expect(json.headers['x-matapalo-identity']).to.equal('7@catalog')
    expect(json.headers).not.to.have.any.keys('authorization')
  })

  it('is asked to come again while the keys cannot be had, and is never accepted', async () => {
    const keys = new RemoteKeys({ fetchKeys: async () => Promise.reject(new Error('away')) })
    const edge = await open({
      tokens: { bearers: new Bearers(keys.find, rule), bridge: new Bridge(bridged) },
    })
    const { status, json } = await ask(edge, '/orders', await issuer.token())
    expect([status, json.error?.code]).to.deep.equal([503, 'MATAPALO_EDGE_KEYS_UNAVAILABLE'])
  })

  it('passes untouched where no issuer is named', async () => {
    const edge = await open({ tokens: undefined })
    const { json } = await ask(edge, '/orders', 'opaque', { headers: { cookie: 'sid=ana' } })
    expect(json.headers).to.include({ authorization: 'Bearer opaque', cookie: 'sid=ana' })
  })

  it('leaves other schemes alone', async () => {
    const edge = await open()
    const headers = { authorization: 'Basic YTpi', cookie: 'sid=ana' }
    const { json } = await ask(edge, '/orders', undefined, { headers })
    expect(json.headers).to.include(headers)
  })

  describe('and freshness', () => {
    const reads: FreshRead[] = []
    const writes: FreshWrite[] = []
    // Only what the pipeline and the delivery call.
    const freshness = {
      beforeRead: async (read: FreshRead) => {
        reads.push(read)
        return 'fresh'
      },
      beforeWrite: async (write: FreshWrite) => {
        writes.push(write)
      },
      afterWrite: async () => undefined,
      notWritten: () => undefined,
      carryOver: async () => undefined,
    } as unknown as Freshness
    beforeEach(() => {
      reads.length = 0
      writes.length = 0
    })

    it('is one subject with the cookie of his session, through every refresh', async () => {
      const edge = await open({ freshness, domain: { owner: 'service' } })
      const [one, two] = [await issuer.token(), await issuer.token({ jti: 'j2', exp: now() + 60 })]
      await ask(edge, '/api/books/1', one, { method: 'PUT' })
      await ask(edge, '/books/1', two)
      await ask(edge, '/books/1', undefined, { headers: { cookie: 'sid=shop-s-1' } })
      const own = cookieSubject('shop-s-1')
      expect(writes[0]?.subjects).to.include(own)
      expect(writes[0]?.everybody).to.equal(false)
      expect(reads[0]?.subjects).to.deep.equal(writes[0]?.subjects)
      expect(reads[1]?.subjects).to.deep.equal([own])
      expect(asked).to.deep.equal(['s-1'])
    })

    it('writes for everybody, and reads unsure, while nobody says what his cookie is', async () => {
      const tokens = { ...tokensOf(issuer, () => new Promise(() => undefined)) }
      const edge = await open({ freshness, tokens, domain: { owner: 'service' } })
      await ask(edge, '/api/books/1', await issuer.token(), { method: 'PUT' })
      expect(writes[0]?.everybody).to.equal(true)
      expect(writes[0]?.subjects).to.have.length(1)
    })
  })
})

describe('Bearers', () => {
  it('believe a remembered token until its end, not longer', async () => {
    const issuer = await newIssuer()
    const bearers = bearersOf(issuer)
    const field = `Bearer ${await issuer.token()}`
    const first = await bearers.of(field)
    expect(bearers.of(field)).to.equal(first)
    const late = `Bearer ${await issuer.token({ exp: now() - 1 })}`
    const tolerated = await bearers.of(late)
    expect(tolerated?.identity.id).to.equal('7')
    expect(bearers.of(late)).to.be.instanceOf(Promise)
  })
})
