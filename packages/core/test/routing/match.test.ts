import {
  compileRouteTable,
  matchRoute,
  parseManifest,
  parseProject,
  type RouteTable,
} from '@matapalo/core'
import { compareRules } from '@matapalo/core/routing/compile'
import { conflicts, ruleCovers, rulesMeet } from '@matapalo/core/routing/overlap'
import {
  matchesPattern,
  patternCovers,
  patternOf,
  patternsMeet,
  segmentsOf,
} from '@matapalo/core/routing/pattern'
import { expect } from 'chai'
import fc from 'fast-check'
import { frontController, line, shop, tableOf } from './tables.ts'

const idOf = (table: RouteTable, method: string, url: string, headers = {}) =>
  matchRoute(table, line(method, url, headers))?.id

describe('matchRoute', () => {
  const cases: readonly (readonly [method: string, url: string, route: string])[] = [
    ['GET', '/api/books', 'catalog GET,HEAD /api/books'],
    ['HEAD', '/api/books?q=x', 'catalog GET,HEAD /api/books'],
    ['POST', '/api/books', 'catalog POST /api/books'],
    ['GET', '/api/books/', 'catalog GET,HEAD /api/books'],
    ['GET', '/api/books/7', 'catalog GET,HEAD /api/books/:id'],
    ['GET', '/api/books/featured', 'catalog GET,HEAD /api/books/featured'],
    ['GET', '/api/books/7/prices', 'unlisted read'],
    ['PUT', '/api/books/7', 'unlisted write'],
    ['GET', '/api/bookshelf', 'unlisted read'],
    ['GET', '/api//books', 'unlisted read'],
    ['GET', '/api/books//', 'unlisted read'],
    ['GET', '/', 'monolith GET,HEAD /'],
    ['GET', '/assets/css/site.css', 'monolith GET,HEAD /assets/*'],
    ['GET', '/assets', 'monolith GET,HEAD /assets/*'],
    ['OPTIONS', '/api/books', 'catalog POST /api/books'],
    ['OPTIONS', '/login', 'monolith POST /login'],
    ['OPTIONS', '/api/books/7/prices', 'unlisted read'],
    ['PURGE', '/api/books', 'unlisted write'],
  ]
  for (const [method, url, route] of cases) {
    it(`sends ${method} ${url} to ${route}`, () => {
      expect(idOf(shop(), method, url)).to.equal(route)
    })
  }

  const preflights: readonly (readonly [requested: string, url: string, route: string])[] = [
    ['GET', '/api/books', 'catalog GET,HEAD /api/books'],
    ['HEAD', '/api/books/7', 'catalog GET,HEAD /api/books/:id'],
    ['POST', '/api/books', 'catalog POST /api/books'],
    ['POST', '/api/books/search', 'catalog POST /api/books/search'],
    // What nobody listed is the monolith's, whoever has the path's other methods.
    ['DELETE', '/api/books', 'unlisted read'],
    ['post', '/api/books', 'unlisted read'],
    ['POST, GET', '/api/books', 'unlisted read'],
  ]
  for (const [requested, url, route] of preflights) {
    it(`sends a preflight for ${requested} ${url} to ${route}`, () => {
      const headers = { 'access-control-request-method': requested }
      expect(idOf(shop(), 'OPTIONS', url, headers)).to.equal(route)
    })
  }

  it('sends OPTIONS to a route that names it, before those that do not', () => {
    const table = tableOf({
      domains: [{ domain: 'catalog' }],
      routes: { catalog: [{ path: '/api/:any', methods: ['OPTIONS'] }] },
      project: [{ path: '/api/*', methods: ['PUT'] }],
    })
    const headers = { 'access-control-request-method': 'PUT' }
    expect(idOf(table, 'OPTIONS', '/api/x', headers)).to.equal('catalog OPTIONS /api/:any')
    expect(idOf(table, 'OPTIONS', '/api/x/y', headers)).to.equal('monolith PUT /api/*')
  })

  it('sends a preflight to the narrower route where only a field would tell', () => {
    const headers = { 'access-control-request-method': 'GET', accept: '*/*' }
    expect(idOf(frontController(), 'OPTIONS', '/feed', headers)).to.match(/^catalog /)
    const table = tableOf({
      domains: [{ domain: 'catalog' }],
      routes: { catalog: [{ path: '/feed', methods: ['GET'], headers: { 'X-Beta': true } }] },
      project: [{ path: '/feed', methods: ['GET'] }],
    })
    expect(idOf(table, 'OPTIONS', '/feed', headers)).to.equal('monolith GET,HEAD /feed')
  })

  it('tells preflights of a front controller apart by the query', () => {
    const headers = { 'access-control-request-method': 'GET' }
    const id = (url: string) => idOf(frontController(), 'OPTIONS', url, headers)
    expect(id('/index.php?route=product/product&id=4')).to.match(/^catalog /)
    expect(id('/index.php?route=account/login')).to.match(/^monolith /)
    expect(id('/index.php?route=other')).to.equal('unlisted read')
  })

  it('tells routes of a front controller apart by the query', () => {
    const table = frontController()
    const route = (url: string) => matchRoute(table, line('GET', url))?.path
    const id = (url: string) => idOf(table, 'GET', url)
    expect(id('/index.php?route=product/product&id=4')).to.match(/^catalog /)
    expect(id('/index.php?id=4&route=account/login')).to.match(/^monolith /)
    expect(id('/index.php?route=product/product2')).to.equal('unlisted read')
    expect(route('/index.php?debug')).to.equal('/index.php')
  })

  it('believes no query parameter that was sent twice', () => {
    const url = '/index.php?route=account/login&route=product/product'
    expect(idOf(frontController(), 'GET', url)).to.equal('unlisted read')
  })

  it('tells routes apart by host, whatever its port and case, and by header', () => {
    const table = frontController()
    expect(idOf(table, 'GET', '//Admin.Shop.test:8443/orders')).to.match(/admin.shop.test/i)
    expect(idOf(table, 'GET', '//shop.test/orders')).to.equal('unlisted read')
    expect(idOf(table, 'GET', '/feed', { accept: 'application/xml' })).to.match(/^catalog /)
    expect(idOf(table, 'GET', '/feed', { accept: 'text/html' })).to.equal('unlisted read')
  })
})

const segment = fc.constantFrom('a', 'b', ':x')
const pattern = fc
  .tuple(fc.array(segment, { maxLength: 3 }), fc.boolean())
  .map(([segments, rest]) => `/${[...segments, ...(rest ? ['*'] : [])].join('/')}`)
const path = fc
  .array(fc.constantFrom('a', 'b', 'c'), { maxLength: 4 })
  .map((s) => `/${s.join('/')}`)
const matches = (written: string, given: string) =>
  matchesPattern(patternOf(written), segmentsOf(given))
const everyPath = ['', 'a', 'b', 'c'].flatMap((one) =>
  ['', 'a', 'b', 'c'].flatMap((two) =>
    ['', 'a', 'b', 'c'].flatMap((three) =>
      ['', 'a', 'b', 'c'].map((four) => `/${[one, two, three, four].filter(Boolean).join('/')}`),
    ),
  ),
)

describe('route paths', () => {
  it('meet exactly when some path matches both', () => {
    fc.assert(
      fc.property(pattern, pattern, (a, b) => {
        const both = everyPath.some((given) => matches(a, given) && matches(b, given))
        expect(patternsMeet(patternOf(a), patternOf(b)), `${a} ${b}`).to.equal(both)
      }),
    )
  })

  it('cover another exactly when they match all that it matches', () => {
    fc.assert(
      fc.property(pattern, pattern, (a, b) => {
        const all = everyPath.every((given) => !matches(b, given) || matches(a, given))
        expect(patternCovers(patternOf(a), patternOf(b)), `${a} ⊇ ${b}`).to.equal(all)
      }),
    )
  })

  it('put the narrower rule first, so that the first match is the most specific', () => {
    const rule = fc
      .record({ path: pattern, query: fc.option(fc.constantFrom('1', '2', '*')) })
      .map(({ path: written, query }) => ({
        id: `${written} ${query}`,
        domain: null,
        methods: ['GET'],
        path: written,
        writes: [],
        reads: [],
        ...(query === null
          ? {}
          : { query: [query === '*' ? { name: 'q' } : { name: 'q', equals: query }] }),
      }))
    fc.assert(
      fc.property(rule, rule, path, (a, b, given) => {
        expect(rulesMeet(a, b)).to.equal(rulesMeet(b, a))
        if (ruleCovers(a, b) && !ruleCovers(b, a)) expect(compareRules(b, a)).to.be.lessThan(0)
        if (matches(a.path, given) && matches(b.path, given) && conflicts(a, b)) {
          expect(ruleCovers(a, b) && ruleCovers(b, a)).to.equal(true)
        }
      }),
    )
  })
})

describe('compileRouteTable', () => {
  it('makes the same table whatever the order of the files', () => {
    const table = shop()
    const manifest = parseManifest(
      'domain: d\nupstream: d\nschemas: { source: s, target: d }\nroutes: [{ path: /x, methods: [GET] }]\ntables: { t: { to: { u: { id: id } } } }\n',
      'd.yaml',
    )
    const project = parseProject(
      'project: p\ndatabases: { monolith: { host: h, port: 1 }, services: { host: h, port: 2 } }\nupstreams: { monolith: ["http://m"] }\nsession: { cookie: c, introspect: / }\n',
      'p.yaml',
    )
    if ('problems' in manifest || 'problems' in project) throw new TypeError('not parsed')
    const one = manifest.manifest
    const two = {
      ...one,
      domain: 'e',
      routes: one.routes.map((r) => ({ ...r, id: 'e', path: '/:y' })),
    }
    const make = (manifests: readonly (typeof one)[]) =>
      compileRouteTable({ epoch: 1, project: project.project, manifests, domains: table.domains })
    expect(make([one, two])).to.deep.equal(make([two, one]))
  })
})
