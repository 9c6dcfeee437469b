import { compileRouteTable, decide, type Phase, parseManifest, parseProject } from '@matapalo/core'
import { expect } from 'chai'
import { line, tableOf } from './tables.ts'

const manifest = (text: string) => {
  const parsed = parseManifest(text, 'm.yaml')
  if ('problems' in parsed) throw new TypeError(JSON.stringify(parsed.problems))
  return parsed.manifest
}
const project = parseProject(
  `project: shop
databases: { monolith: { host: h, port: 1 }, services: { host: h, port: 2 } }
upstreams: { monolith: [http://m], shelf: [http://s], pages: [http://p] }
session: { cookie: sid, introspect: /session }
routes: [{ path: /report, methods: [GET, POST], reads: [shelf, pages], writes: [shelf, pages] }]`,
  'matapalo.yaml',
)
if ('problems' in project) throw new TypeError(JSON.stringify(project.problems))

const table = (phase: Phase, retired = false) =>
  compileRouteTable({
    epoch: 1,
    project: project.project,
    retired,
    manifests: [
      manifest(`domain: shelf
upstream: shelf
schemas: { source: a, target: b }
routes: [{ path: /shelf, methods: [GET, POST] }]
tables: { t: { to: { t: { id: id } } } }`),
      manifest(
        'domain: pages\nupstream: pages\nroutes: [{ path: /page, methods: [GET, POST], reads: [shelf] }]',
      ),
    ],
    domains: [
      { domain: 'shelf', phase, owner: 'service', term: 3, hold: true, service: 'shelf' },
      {
        domain: 'pages',
        phase: 'service',
        owner: 'service',
        term: 3,
        hold: true,
        service: 'pages',
      },
    ],
  })

describe('compileRouteTable', () => {
  it('holds nobody for pages, which go to their owner', () => {
    const decision = decide(table('service'), line('POST', '/page'))
    expect(decision).to.deep.include({
      upstream: 'pages',
      holdFor: [],
      writes: [],
      access: 'write',
    })
    expect(table('service').domains.map(({ hold }) => hold)).to.deep.equal([true, false])
  })

  it('tells what a manifest declares from what a method suggests', () => {
    const { routes } = tableOf({
      domains: [{ domain: 'shelf' }],
      routes: { shelf: [{ path: '/shelf', methods: ['GET'] }] },
      project: [{ path: '/visits' }, { path: '/feed', access: 'read' }],
    })
    const declared = routes.filter((route) => route.declared).map(({ id }) => id)
    expect(declared).to.have.members(['shelf GET,HEAD /shelf', 'monolith * /feed'])
    expect(routes.filter(({ access }) => access === 'read').length).to.equal(4)
  })

  it('lets a request touch what stands on both sides only', () => {
    const report = (phase: Phase) => decide(table(phase), line('POST', '/report'))
    expect(report('service').writes).to.deep.equal(['shelf'])
    for (const phase of ['registered', 'decommissioned'] as const) {
      expect(report(phase).writes).to.deep.equal([])
      expect(report(phase).freshFor).to.deep.equal([])
    }
  })

  it('gives a route that the project describes to the domain that registers it, and no other', () => {
    const compiled = (routes: string) => {
      const described = parseProject(
        `project: shop
databases: { monolith: { host: h, port: 1 }, services: { host: h, port: 2 } }
upstreams: { monolith: [http://m], shelf: [http://s] }
session: { cookie: sid, introspect: /session }
routes: [{ path: /shelf/:n, methods: [GET] }, { path: /shelf/all, methods: [GET] }, { path: /shelf/:n, methods: [PUT] }]`,
        'matapalo.yaml',
      )
      if ('problems' in described) throw new TypeError(JSON.stringify(described.problems))
      const state = { phase: 'service', owner: 'service', term: 1, hold: false } as const
      return compileRouteTable({
        epoch: 1,
        project: described.project,
        manifests: [manifest(`domain: shelf\nupstream: shelf\nroutes: ${routes}`)],
        domains: [{ ...state, domain: 'shelf', service: 'shelf' }],
      })
    }
    for (const methods of ['GET', 'GET, POST']) {
      const shelf = compiled(`[{ path: "/shelf/:id", methods: [${methods}] }]`)
      expect(decide(shelf, line('GET', '/shelf/1')).upstream).to.equal('shelf')
      // What is narrower, or another method, is still the project's to describe.
      expect(decide(shelf, line('GET', '/shelf/all')).upstream).to.equal('monolith')
      expect(decide(shelf, line('PUT', '/shelf/1')).upstream).to.equal('monolith')
      expect(shelf.routes.map(({ id }) => id)).not.to.include('monolith GET,HEAD /shelf/:n')
    }
    const wide = compiled('[{ path: "/shelf/:id", methods: [PUT, DELETE] }]')
    expect(decide(wide, line('PUT', '/shelf/1')).upstream).to.equal('shelf')
  })

  it('lets whatever the monolith answers wait for its sessions, and nothing else', () => {
    const told = parseProject(
      `project: shop
databases: { monolith: { host: h, port: 1 }, services: { host: h, port: 2 } }
upstreams: { monolith: [http://m], people: [http://p], shelf: [http://s] }
session: { cookie: sid, introspect: /session }
routes: [{ path: /, methods: [GET] }]`,
      'matapalo.yaml',
    )
    if ('problems' in told) throw new TypeError(JSON.stringify(told.problems))
    const people = manifest(`domain: people
upstream: people
schemas: { source: a, target: b }
routes: [{ path: /session, methods: [GET] }]
tables: { s: { to: { s: { id: id } } } }`)
    const shelf = manifest(
      'domain: shelf\nupstream: shelf\nroutes: [{ path: /shelf, methods: [POST] }, { path: /new, methods: [GET], side: service }]',
    )
    const freshAt = (owner: 'monolith' | 'service', method: string, path: string) => {
      const state = { phase: 'service', term: 1, hold: false } as const
      const table = compileRouteTable({
        epoch: 1,
        project: told.project,
        manifests: [people, shelf],
        domains: [
          { ...state, domain: 'people', owner: 'service', service: 'people' },
          { ...state, domain: 'shelf', owner, service: 'shelf' },
        ],
      })
      return decide(table, line(method, path)).freshFor
    }
    expect(freshAt('monolith', 'GET', '/')).to.deep.equal(['people'])
    expect(freshAt('monolith', 'POST', '/shelf')).to.deep.equal(['people'])
    expect(freshAt('service', 'POST', '/shelf')).to.deep.equal([])
    expect(freshAt('monolith', 'GET', '/new')).to.deep.equal([])
    expect(freshAt('monolith', 'GET', '/session')).to.deep.equal([])
  })

  it('knows no way to a monolith that is retired', () => {
    const gone = table('decommissioned', true)
    expect(gone.upstreams).to.have.keys(['shelf', 'pages'])
    expect(decide(gone, line('GET', '/report')).route).to.equal(null)
    expect(decide(gone, line('GET', '/anything')).route).to.equal(null)
    expect(decide(gone, line('GET', '/page')).upstream).to.equal('pages')
  })
})
