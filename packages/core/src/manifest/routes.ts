/**
 * Routes as written to routes as decided by: methods spelled out, reads and writes told apart.
 *
 * @module
 */
import type { RoutePredicate, RouteRule } from '../routeTable.ts'
import type { RouteDocument } from './schema.ts'

export const isSafe = (method: string): boolean =>
  method === 'GET' || method === 'HEAD' || method === 'OPTIONS'

const predicates = (
  written: Readonly<Record<string, string | number | true>>,
  lower: boolean,
): readonly RoutePredicate[] =>
  Object.entries(written).map(([name, value]) => {
    const key = lower ? name.toLowerCase() : name
    return value === true ? { name: key } : { name: key, equals: String(value) }
  })

/**
 * One rule for the methods that read and one for those that write, so that holding a POST never
 * holds the GET beside it. GET brings HEAD along.
 */
export function expandRoute(
  domain: string | null,
  route: RouteDocument,
  index: number,
): readonly RouteRule[] {
  const written = route.methods ?? ['*']
  const methods: readonly string[] =
    written.some((method) => method === 'GET') && !written.some((method) => method === 'HEAD')
      ? [...written, 'HEAD']
      : written
  const groups: readonly (readonly ['read' | 'write', readonly string[]])[] = route.access
    ? [[route.access, methods]]
    : route.methods === undefined
      ? [
          ['read', ['GET', 'HEAD', 'OPTIONS']],
          ['write', ['*']],
        ]
      : [
          ['read', methods.filter(isSafe)],
          ['write', methods.filter((method) => !isSafe(method))],
        ]
  return groups
    .filter(([, some]) => some.length > 0)
    .map(([access, some]) => ({ ...ruleOf(domain, route, access, some), at: `routes.${index}` }))
}

function ruleOf(
  domain: string | null,
  route: RouteDocument,
  access: 'read' | 'write',
  methods: readonly string[],
): RouteRule {
  // What the monolith never had stands in `serviceOnly:` tables, which do not move.
  const touches = domain !== null && route.side === undefined
  const own = touches && access === 'write' ? [domain] : []
  const seen = touches ? [domain] : []
  // `writes:` beside GET and POST speaks of the POST, unless the reader alone was written down.
  const declared =
    access === 'write' || route.access === 'read' || onlySafe(route) ? route.writes : []
  return {
    id: ruleId(domain, methods, route),
    domain,
    methods,
    path: route.path,
    access,
    ...(route.access === undefined && route.methods === undefined ? {} : { declared: true }),
    writes: unique([...own, ...(declared ?? [])]),
    reads: unique([...seen, ...(route.reads ?? [])]),
    ...(route.host === undefined ? {} : { host: route.host.toLowerCase() }),
    ...(route.query === undefined ? {} : { query: predicates(route.query, false) }),
    ...(route.headers === undefined ? {} : { headers: predicates(route.headers, true) }),
    ...(route.roles === undefined ? {} : { roles: route.roles }),
    ...(route.scopes === undefined ? {} : { scopes: route.scopes }),
    ...(route.login === undefined ? {} : { login: route.login }),
    ...(route.side === undefined ? {} : { side: route.side }),
    ...(route.tolerates === undefined ? {} : { tolerates: route.tolerates }),
    ...(route.maxBody === undefined ? {} : { maxBody: route.maxBody }),
    ...(route.overrides === undefined ? {} : { overrides: route.overrides }),
  }
}

const onlySafe = (route: RouteDocument): boolean => route.methods?.every(isSafe) ?? false

const unique = (names: readonly string[]): readonly string[] => [...new Set(names)]

function ruleId(domain: string | null, methods: readonly string[], route: RouteDocument): string {
  const query = Object.entries(route.query ?? {}).map(([key, value]) => `${key}=${value}`)
  const suffix = query.length > 0 ? `?${query.join('&')}` : ''
  const host = route.host ? `//${route.host}` : ''
  return `${domain ?? 'monolith'} ${methods.join(',')} ${host}${route.path}${suffix}`
}
