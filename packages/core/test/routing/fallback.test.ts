import {
  type Decision,
  type DomainState,
  decide,
  fallbackOf,
  type RouteTable,
} from '@matapalo/core'
import { expect } from 'chai'
import { line, tableOf } from './tables.ts'

const catalog = (change: Partial<DomainState>): Partial<DomainState> & { domain: string } => ({
  ...{ domain: 'catalog', phase: 'service', owner: 'service' },
  ...change,
})
const orders = (change: Partial<DomainState> = {}): Partial<DomainState> & { domain: string } => ({
  ...{ domain: 'orders', phase: 'backfill', owner: 'monolith' },
  ...change,
})
const table = (...domains: (Partial<DomainState> & { readonly domain: string })[]): RouteTable => ({
  ...tableOf({
    domains,
    routes: {
      catalog: [
        { path: '/api/books', methods: ['GET', 'POST'] },
        { path: '/api/views', methods: ['GET'], access: 'write' },
        { path: '/api/bestsellers', methods: ['GET'], reads: ['orders'] },
        { path: '/api/catalog/only', methods: ['GET'], side: 'service' },
      ],
      orders: [{ path: '/api/orders', methods: ['GET'] }],
    },
    project: [{ path: '/', methods: ['GET'], reads: ['catalog'] }],
  }),
  upstreams: { monolith: ['http://m'], catalog_service: ['http://c'], orders_service: [] },
})
const asked = (of: RouteTable, url = '/api/books', method = 'GET'): Decision | undefined =>
  fallbackOf(of, decide(of, line(method, url)))

describe('fallbackOf', () => {
  it('lets the old owner answer after a cutover, once it has applied what the new one wrote', () => {
    expect(asked(table(catalog({})))).to.deep.include({
      ...{ side: 'monolith', upstream: 'monolith', freshFor: ['catalog'], access: 'read' },
    })
  })

  it('lets the candidate answer in a canary that serves somebody', () => {
    const canary = catalog({ phase: 'canary', owner: 'monolith', canary: 0.01 })
    expect(asked(table(canary))).to.deep.include({
      ...{ side: 'service', upstream: 'catalog_service', freshFor: ['catalog'] },
    })
    expect(asked(table({ ...canary, canary: 0 }))).to.equal(undefined)
  })

  it('lets nobody else answer in any other phase, nor while the domain is held', () => {
    for (const phase of [
      'registered',
      'backfill',
      'shadow',
      'cutover',
      'decommissioned',
    ] as const) {
      for (const owner of ['monolith', 'service'] as const) {
        expect(asked(table(catalog({ phase, owner, canary: 1 }))), phase).to.equal(undefined)
      }
    }
    expect(asked(table(catalog({ hold: true })))).to.equal(undefined)
  })

  it('never lets a write go elsewhere, nor a GET that writes, nor what one side alone has', () => {
    const after = table(catalog({}))
    expect(asked(after, '/api/books', 'POST')).to.equal(undefined)
    expect(asked(after, '/api/views')).to.equal(undefined)
    expect(asked(after, '/api/catalog/only')).to.equal(undefined)
    expect(asked(after, '/')).to.equal(undefined)
    expect(asked(after, '/nowhere')).to.equal(undefined)
  })

  it('needs somebody there', () => {
    const { monolith: _gone, ...upstreams } = table(catalog({})).upstreams
    expect(asked({ ...table(catalog({})), upstreams })).to.equal(undefined)
  })

  it('wants a proof for everything that the other side reads and does not own', () => {
    const url = '/api/bestsellers'
    const both = table(catalog({}), orders({ phase: 'service', owner: 'service' }))
    expect(asked(both, url)?.freshFor).to.have.members(['catalog', 'orders'])
    // The monolith owns what it reads there.
    expect(asked(table(catalog({}), orders()), url)?.freshFor).to.deep.equal(['catalog'])
    const canary = catalog({ phase: 'canary', owner: 'monolith', canary: 1 })
    // Rows that a backfill may not have brought yet are proven by no token.
    expect(asked(table(canary, orders()), url)).to.equal(undefined)
    expect(asked(table(canary, orders({ phase: 'shadow' })), url)?.freshFor).to.have.members([
      ...['catalog', 'orders'],
    ])
    const held = orders({ phase: 'service', owner: 'service', hold: true })
    expect(asked(table(catalog({}), held), url)).to.equal(undefined)
  })

  it('wants the monolith to know who the session is', () => {
    const sessions = (state: Partial<DomainState>): RouteTable => ({
      ...table(catalog({}), orders(state)),
      sessions: 'orders',
    })
    expect(asked(sessions({}))?.freshFor).to.deep.equal(['catalog'])
    expect(asked(sessions({ phase: 'service', owner: 'service' }))?.freshFor).to.have.members([
      ...['catalog', 'orders'],
    ])
    const gone = sessions({ phase: 'decommissioned', owner: 'service' })
    expect(asked(gone)).to.equal(undefined)
    // Of an older control plane.
    const { sessions: _untold, ...older } = sessions({})
    expect(asked(older)).to.equal(undefined)
  })

  it('is told by the table which domain has the sessions', () => {
    const of = (path: string): RouteTable =>
      tableOf({
        domains: [{ domain: 'users' }],
        routes: { users: [{ path, methods: ['GET'] }] },
        project: [],
      })
    expect(of('/session').sessions).to.equal('users')
    expect(of('/other').sessions).to.equal(null)
  })
})
