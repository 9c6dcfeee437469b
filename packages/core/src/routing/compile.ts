/**
 * Makes the route table of one epoch out of the project, the manifests and the ledger.
 *
 * @module
 */
import { hasTables, type Manifest, type Project } from '../manifest/model.ts'
import type { DomainState, RouteRule, RouteTable } from '../routeTable.ts'
import { ruleCovers } from './overlap.ts'
import { comparePatterns, patternCovers, patternOf } from './pattern.ts'

export interface RouteTableInput {
  readonly epoch: number
  readonly project: Project
  readonly manifests: readonly Manifest[]
  readonly domains: readonly DomainState[]
  /** Replaces the project's own base URLs, by upstream. */
  readonly upstreams?: Readonly<Record<string, readonly string[]>>
  /** The monolith is gone: no route leads there, and what no domain has is answered 404. */
  readonly retired?: boolean
}

export function compileRouteTable(input: RouteTableInput): RouteTable {
  const { epoch, project, manifests, domains, upstreams, retired = false } = input
  const single = singleSided(manifests, domains)
  const mirrored = (names: readonly string[]) => names.filter((name) => !single.has(name))
  const own = manifests.flatMap(({ routes }) => routes)
  const left = project.routes.filter((rule) => !isTaken(rule, own))
  const rules = (retired ? own : [...own, ...left]).map((rule) => ({
    ...rule,
    reads: mirrored(rule.reads),
    writes: mirrored(rule.writes),
  }))
  const rest = unlistedRules(project, mirrored(domains.map(({ domain }) => domain)))
  const { monolith, ...others } = { ...project.upstreams, ...upstreams }
  return {
    epoch,
    domains: domains.map((state) => (single.has(state.domain) ? { ...state, hold: false } : state)),
    routes: [...rules.sort(compareRules), ...(retired ? [] : rest)],
    upstreams: retired || monolith === undefined ? others : { monolith, ...others },
    ...(retired ? { retired } : {}),
  }
}

/** The project describes a route until a domain has it; the same path, at least the same methods. */
const isTaken = (rule: RouteRule, own: readonly RouteRule[]): boolean =>
  own.some(
    (mine) => ruleCovers(mine, rule) && patternCovers(patternOf(rule.path), patternOf(mine.path)),
  )

/**
 * Domains whose rows stand on one side only: pages have none, and those of a decommissioned domain
 * are the service's. Nobody is held for them, and nothing that reads them can be stale.
 */
const singleSided = (
  manifests: readonly Manifest[],
  domains: readonly DomainState[],
): ReadonlySet<string> =>
  new Set([
    ...manifests.filter((one) => !hasTables(one)).map(({ domain }) => domain),
    ...domains.filter(({ phase }) => phase === 'decommissioned').map(({ domain }) => domain),
  ])

/** Negative when `a` is tried first. Total, so that the same input makes the same table. */
export function compareRules(a: RouteRule, b: RouteRule): number {
  return (
    comparePatterns(patternOf(a.path), patternOf(b.path)) ||
    narrowness(b) - narrowness(a) ||
    Number(a.domain === null) - Number(b.domain === null) ||
    Number(a.methods.includes('*')) - Number(b.methods.includes('*')) ||
    a.methods.length - b.methods.length ||
    (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
  )
}

/** Host first, then predicates on a value, then predicates on presence. */
function narrowness(rule: RouteRule): number {
  const predicates = [...(rule.query ?? []), ...(rule.headers ?? [])]
  const valued = predicates.filter(({ equals }) => equals !== undefined).length
  return (rule.host === undefined ? 0 : 1_000_000) + valued * 1000 + predicates.length
}

/** What nobody listed goes to the monolith, and is held as if it touched what it may touch. */
function unlistedRules(project: Project, names: readonly string[]): readonly RouteRule[] {
  const { reads, writes, tolerates } = project.unlisted
  const base = {
    domain: null,
    path: '/*',
    reads: reads === 'all' ? names : reads,
    ...(tolerates.length === 0 ? {} : { tolerates }),
  }
  return [
    {
      ...base,
      id: 'unlisted read',
      methods: ['GET', 'HEAD', 'OPTIONS'],
      access: 'read',
      writes: [],
    },
    {
      ...base,
      id: 'unlisted write',
      methods: ['*'],
      access: 'write',
      writes: writes === 'all' ? names : writes,
    },
  ]
}
