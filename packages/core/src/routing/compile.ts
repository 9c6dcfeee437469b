/**
 * Makes the route table of one epoch out of the project, the manifests and the ledger.
 *
 * @module
 */
import { hasTables, type Manifest, type Project } from '../manifest/model.ts'
import type { DomainState, RouteRule, RouteTable } from '../routeTable.ts'
import { ruleCovers } from './overlap.ts'
import { comparePatterns, matchesPattern, patternCovers, patternOf, segmentsOf } from './pattern.ts'

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
  const sorted = (retired ? own : [...own, ...left]).toSorted(compareRules)
  const sessions = sessionDomain(sorted, project)
  const rules = sorted.map((rule) => ({
    ...rule,
    reads: mirrored(isMonoliths(rule, domains) ? union(rule.reads, sessions) : rule.reads),
    writes: mirrored(rule.writes),
  }))
  const rest = unlistedRules(project, mirrored(domains.map(({ domain }) => domain)))
  const { monolith, ...others } = { ...project.upstreams, ...upstreams }
  return {
    epoch,
    domains: domains.map((state) => (single.has(state.domain) ? { ...state, hold: false } : state)),
    routes: [...rules, ...(retired ? [] : rest)],
    upstreams: retired || monolith === undefined ? others : { monolith, ...others },
    sessions: sessions[0] ?? null,
    ...(retired ? { retired } : {}),
  }
}

/**
 * The monolith looks in its own tables who a session is, whatever it is asked. So wherever it answers,
 * it reads the domain that says whose a session is.
 */
function sessionDomain(sorted: readonly RouteRule[], project: Project): readonly string[] {
  const path = segmentsOf(project.session.introspect)
  const rule = sorted.find(
    (one) => one.methods.includes('GET') && matchesPattern(patternOf(one.path), path),
  )
  return rule?.domain == null ? [] : [rule.domain]
}

const isMonoliths = ({ domain, side }: RouteRule, domains: readonly DomainState[]): boolean =>
  side !== 'service' && domains.find((one) => one.domain === domain)?.owner !== 'service'

const union = (some: readonly string[], more: readonly string[]): readonly string[] => [
  ...new Set([...some, ...more]),
]

/** The project describes a route until a domain has it; the same path, at least the same methods. */
export const isTaken = (rule: RouteRule, own: readonly RouteRule[]): boolean =>
  own.some(
    (mine) => ruleCovers(mine, rule) && patternCovers(patternOf(rule.path), patternOf(mine.path)),
  )

/**
 * Domains whose rows stand on one side only: pages have none, those of a decommissioned domain are the
 * service's, and before its backfill begins the monolith's, which may not even have a marker for them.
 * Nobody is held for them, and nothing that reads them can be stale.
 */
const singleSided = (
  manifests: readonly Manifest[],
  domains: readonly DomainState[],
): ReadonlySet<string> =>
  new Set([
    ...manifests.filter((one) => !hasTables(one)).map(({ domain }) => domain),
    ...domains
      .filter(({ phase }) => phase === 'decommissioned' || phase === 'registered')
      .map(({ domain }) => domain),
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
