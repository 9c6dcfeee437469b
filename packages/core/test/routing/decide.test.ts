import { type Decision, type DomainState, decide } from '@matapalo/core'
import { expect } from 'chai'
import { line, shop, tableOf } from './tables.ts'

const answer = (decision: Decision) => {
  const { route: _, ...rest } = decision
  return rest
}

describe('decide', () => {
  it("sends a domain's routes to the monolith while it owns the domain", () => {
    expect(answer(decide(shop(), line('GET', '/api/books/1')))).to.deep.equal({
      upstream: 'monolith',
      side: 'monolith',
      access: 'read',
      holdFor: [],
      freshFor: [],
      writes: [],
    })
  })

  it('sends them to the service once it owns the domain', () => {
    const table = shop({ owner: 'service' })
    expect(answer(decide(table, line('POST', '/api/books')))).to.deep.equal({
      upstream: 'catalog_service',
      side: 'service',
      access: 'write',
      holdFor: [],
      freshFor: [],
      writes: ['catalog'],
    })
  })

  it('holds what may write a held domain, wherever it goes, and lets reads pass', () => {
    const table = shop({ hold: true })
    const held = (method: string, url: string) => decide(table, line(method, url)).holdFor
    expect(held('POST', '/api/books')).to.deep.equal(['catalog'])
    expect(held('POST', '/checkout')).to.deep.equal(['catalog'])
    expect(held('GET', '/checkout')).to.deep.equal([])
    expect(held('GET', '/api/books/1')).to.deep.equal([])
    expect(held('POST', '/login')).to.deep.equal([])
  })

  it('believes the manifest about a POST that reads and a GET that writes', () => {
    const table = shop({ hold: true })
    const search = decide(table, line('POST', '/api/books/search'))
    expect([search.access, search.holdFor]).to.deep.equal(['read', []])
    const view = decide(table, line('GET', '/api/books/7/view'))
    expect([view.access, view.holdFor]).to.deep.equal(['write', ['catalog']])
  })

  it('holds an unlisted write for every held domain, and lets an unlisted read pass', () => {
    const table = shop({ hold: true })
    expect(decide(table, line('PATCH', '/legacy')).holdFor).to.deep.equal(['catalog'])
    expect(decide(table, line('GET', '/legacy')).holdFor).to.deep.equal([])
  })

  it('asks a monolith page to be fresh in the domains that moved away, and only then', () => {
    const page = line('GET', '/')
    expect(decide(shop(), page).freshFor).to.deep.equal([])
    expect(decide(shop({ owner: 'service' }), page).freshFor).to.deep.equal(['catalog'])
    expect(decide(shop({ owner: 'service' }), line('GET', '/assets/x')).freshFor).to.deep.equal([])
    expect(decide(shop({ owner: 'service' }), line('GET', '/old')).freshFor).to.deep.equal([
      'catalog',
    ])
  })

  it('asks a service to be fresh in a domain that the monolith still owns', () => {
    const table = tableOf({
      domains: [{ domain: 'catalog', owner: 'service' }, { domain: 'orders' }],
      routes: { catalog: [{ path: '/bestsellers', methods: ['GET'], reads: ['orders'] }] },
      project: [],
    })
    expect(decide(table, line('GET', '/bestsellers')).freshFor).to.deep.equal(['orders'])
  })

  it('keeps unlisted requests to what the project says they touch', () => {
    const table = tableOf({
      domains: [{ domain: 'catalog', owner: 'service', hold: true }],
      routes: { catalog: [{ path: '/api/books', methods: ['GET'] }] },
      project: [],
      unlisted: { reads: [], writes: [] },
    })
    expect(decide(table, line('DELETE', '/legacy'))).to.deep.include({
      holdFor: [],
      freshFor: [],
      writes: [],
      access: 'write',
      upstream: 'monolith',
    })
  })

  it('says what a route tolerates of its requests, listed or not', () => {
    const table = tableOf({
      domains: [{ domain: 'catalog', owner: 'service' }],
      routes: {
        catalog: [{ path: '/files/*', methods: ['PUT'], tolerates: ['parameters'], maxBody: 9 }],
      },
      project: [],
      unlisted: { tolerates: ['encodedSlashes'] },
    })
    expect(decide(table, line('PUT', '/files/a')).route).to.deep.include({
      tolerates: ['parameters'],
      maxBody: 9,
    })
    const unlisted = decide(table, line('GET', '/legacy')).route
    expect(unlisted?.tolerates).to.deep.equal(['encodedSlashes'])
  })

  it('sends what the monolith never had to the service, whoever owns the domain, and holds none of it', () => {
    const table = (state: Partial<DomainState>) =>
      tableOf({
        domains: [{ ...state, domain: 'users' }],
        routes: {
          users: [
            { path: '/identity/*', methods: ['GET', 'POST'], side: 'service' },
            { path: '/internal/users/:id', methods: ['GET'], side: 'service', reads: ['users'] },
            { path: '/api/login', methods: ['POST'] },
          ],
        },
        project: [],
      })
    for (const owner of ['monolith', 'service'] as const) {
      const token = decide(table({ owner, hold: true }), line('POST', '/identity/token'))
      expect(token, owner).to.deep.include({
        side: 'service',
        upstream: 'users_service',
        access: 'write',
        writes: [],
        holdFor: [],
        freshFor: [],
      })
      expect(decide(table({ owner }), line('POST', '/api/login')).side).to.equal(owner)
    }
    const card = (owner: 'monolith' | 'service') =>
      decide(table({ owner }), line('GET', '/internal/users/7')).freshFor
    expect(card('monolith')).to.deep.equal(['users'])
    expect(card('service')).to.deep.equal([])
  })

  it('says which scopes a route asks a token for', () => {
    const table = tableOf({
      domains: [{ domain: 'users' }],
      routes: { users: [{ path: '/a', methods: ['GET'], scopes: ['users:read'], roles: ['x'] }] },
      project: [],
    })
    expect(decide(table, line('GET', '/a')).route).to.deep.include({
      scopes: ['users:read'],
      roles: ['x'],
    })
  })

  it('sends OPTIONS to the owner, as a read of nothing that needs nobody to be known', () => {
    const preflight = (requested: string) =>
      line('OPTIONS', '/api/books', { 'access-control-request-method': requested })
    for (const owner of ['monolith', 'service'] as const) {
      for (const ask of [line('OPTIONS', '/api/books'), preflight('POST'), preflight('GET')]) {
        expect(answer(decide(shop({ owner, hold: true }), ask)), owner).to.deep.equal({
          upstream: owner === 'service' ? 'catalog_service' : 'monolith',
          side: owner,
          access: 'read',
          holdFor: [],
          freshFor: [],
          writes: [],
        })
      }
    }
    const page = decide(shop({ owner: 'service' }), line('OPTIONS', '/'))
    expect([page.upstream, page.freshFor]).to.deep.equal(['monolith', []])
    const table = tableOf({
      domains: [{ domain: 'users' }],
      routes: {
        users: [
          { path: '/a', methods: ['PUT'], scopes: ['users:read'], roles: ['x'], login: true },
          { path: '/b', methods: ['OPTIONS'], access: 'write', login: true },
        ],
      },
      project: [],
    })
    expect(decide(table, line('OPTIONS', '/a')).route).to.not.have.any.keys(
      ...['scopes', 'roles', 'login'],
    )
    expect(decide(table, line('OPTIONS', '/a')).route).to.equal(
      decide(table, line('OPTIONS', '/a')).route,
    )
    const believed = decide(table, line('OPTIONS', '/b'))
    expect([believed.access, believed.route?.login]).to.deep.equal(['write', true])
  })

  it('is conservative with a table that lists nothing', () => {
    const table = { ...shop({ hold: true, owner: 'service' }), routes: [] }
    expect(decide(table, line('POST', '/x'))).to.deep.include({
      route: null,
      upstream: 'monolith',
      holdFor: ['catalog'],
      freshFor: ['catalog'],
    })
  })
})
