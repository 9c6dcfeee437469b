/**
 * Route tables and requests for tests, by way of the files they come from.
 *
 * @module
 */
import {
  compileRouteTable,
  type DomainState,
  parseManifest,
  parseProject,
  type RequestLine,
  type RouteTable,
} from '@matapalo/core'
import { stringify } from 'yaml'

/** `//host/path?query` or `/path?query`. */
export function line(
  method: string,
  url: string,
  headers: RequestLine['headers'] = {},
): RequestLine {
  const [, host = 'shop.test', rest = ''] = /^(?:\/\/(?=\w)([^/]*))?(.*)$/.exec(url) ?? []
  const [path = '', query = ''] = rest.split('?')
  return { method, path, host, query: new URLSearchParams(query), headers }
}

type Written = Readonly<Record<string, unknown>>

export interface TableInput {
  readonly domains: readonly (Partial<DomainState> & { readonly domain: string })[]
  readonly routes: Readonly<Record<string, readonly Written[]>>
  readonly project: readonly Written[]
  readonly unlisted?: Written
}

export function tableOf({ domains, routes, project, unlisted }: TableInput): RouteTable {
  const projectFile = parseProject(
    stringify({
      project: 'shop',
      databases: { monolith: { host: 'h', port: 1 }, services: { host: 'h', port: 2 } },
      upstreams: { monolith: ['http://monolith'] },
      session: { cookie: 'sid', introspect: '/session' },
      routes: project,
      ...(unlisted === undefined ? {} : { unlisted }),
    }),
    'matapalo.yaml',
  )
  if ('problems' in projectFile) throw new TypeError(JSON.stringify(projectFile.problems))
  const manifests = Object.entries(routes).map(([domain, written]) => {
    const parsed = parseManifest(
      stringify({
        domain,
        upstream: `${domain}_service`,
        schemas: { source: 'shop', target: domain },
        routes: written,
        tables: { [domain]: { to: { [domain]: { id: 'id' } } } },
      }),
      `${domain}.yaml`,
    )
    if ('problems' in parsed) throw new TypeError(JSON.stringify(parsed.problems))
    return parsed.manifest
  })
  return compileRouteTable({
    epoch: 1,
    project: projectFile.project,
    manifests,
    domains: domains.map((one) => ({
      phase: 'backfill',
      owner: 'monolith',
      term: 1,
      hold: false,
      service: `${one.domain}_service`,
      ...one,
    })),
  })
}

export const shop = (state: Partial<DomainState> = {}): RouteTable =>
  tableOf({
    domains: [{ ...state, domain: 'catalog' }],
    routes: {
      catalog: [
        { path: '/api/books/:id', methods: ['GET'] },
        { path: '/api/books', methods: ['GET', 'POST'] },
        { path: '/api/books/featured', methods: ['GET'] },
        { path: '/api/books/search', methods: ['POST'], access: 'read' },
        { path: '/api/books/:id/view', methods: ['GET'], access: 'write' },
      ],
    },
    project: [
      { path: '/', methods: ['GET'], reads: ['catalog'] },
      { path: '/assets/*', methods: ['GET'] },
      { path: '/checkout', methods: ['GET', 'POST'], reads: ['catalog'], writes: ['catalog'] },
      { path: '/login', methods: ['POST'] },
    ],
  })

export const frontController = (): RouteTable =>
  tableOf({
    domains: [{ domain: 'catalog' }],
    routes: {
      catalog: [
        { path: '/index.php', methods: ['GET'], query: { route: 'product/product' } },
        { path: '/feed', methods: ['GET'], headers: { Accept: 'application/xml' } },
      ],
    },
    project: [
      { path: '/index.php', methods: ['GET'], query: { route: 'account/login' } },
      { path: '/index.php', methods: ['GET'], query: { debug: true } },
      { path: '/orders', methods: ['GET'], host: 'Admin.shop.test' },
    ],
  })
