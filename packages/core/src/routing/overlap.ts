/**
 * Routes that claim the same request.
 *
 * Within one owner the more specific of two wins and only a tie is a problem; a tie with a route of no
 * domain is the domain's, so that the project may describe a route until somebody takes it over. Between two domains every meeting is a problem, unless the narrower rule says
 * `overrides:`, because the loser's team would never see that its route had been taken.
 *
 * @module
 */
import type { RoutePredicate, RouteRule } from '../routeTable.ts'
import { patternCovers, patternOf, patternsMeet } from './pattern.ts'

export interface Overlap {
  readonly a: RouteRule
  readonly b: RouteRule
}

const any = (rule: RouteRule): boolean => rule.methods.includes('*')

const methodsMeet = (a: RouteRule, b: RouteRule): boolean =>
  any(a) || any(b) || a.methods.some((method) => b.methods.includes(method))

const methodsCover = (outer: RouteRule, inner: RouteRule): boolean =>
  any(outer) || (!any(inner) && inner.methods.every((method) => outer.methods.includes(method)))

/** Two values of one name exclude each other: sent twice, neither predicate matches. */
const predicatesMeet = (a: readonly RoutePredicate[] = [], b: readonly RoutePredicate[] = []) =>
  !a.some(({ name, equals }) =>
    b.some(
      (other) =>
        other.name === name &&
        equals !== undefined &&
        other.equals !== undefined &&
        other.equals !== equals,
    ),
  )

const predicatesCover = (
  outer: readonly RoutePredicate[] = [],
  inner: readonly RoutePredicate[] = [],
) =>
  outer.every(({ name, equals }) =>
    inner.some((other) => other.name === name && (equals === undefined || other.equals === equals)),
  )

/** Is there a request that both rules match? */
export const rulesMeet = (a: RouteRule, b: RouteRule): boolean =>
  methodsMeet(a, b) &&
  patternsMeet(patternOf(a.path), patternOf(b.path)) &&
  (a.host === undefined || b.host === undefined || a.host === b.host) &&
  predicatesMeet(a.query, b.query) &&
  predicatesMeet(a.headers, b.headers)

/** Does every request that `inner` matches match `outer` too? */
export const ruleCovers = (outer: RouteRule, inner: RouteRule): boolean =>
  methodsCover(outer, inner) &&
  patternCovers(patternOf(outer.path), patternOf(inner.path)) &&
  (outer.host === undefined || outer.host === inner.host) &&
  predicatesCover(outer.query, inner.query) &&
  predicatesCover(outer.headers, inner.headers)

export function conflicts(a: RouteRule, b: RouteRule): boolean {
  if (!rulesMeet(a, b)) return false
  const aInB = ruleCovers(b, a)
  const bInA = ruleCovers(a, b)
  if (a.domain !== null && b.domain !== null && a.domain !== b.domain) {
    if (aInB && !bInA) return !a.overrides?.includes(b.domain)
    if (bInA && !aInB) return !b.overrides?.includes(a.domain)
    return true
  }
  // A tie decided by nothing but the order of the file.
  return aInB && bInA
}

/** Ties inside one file; `routes.N` of the first rule that loses. */
export function overlapProblems(
  rules: readonly RouteRule[],
): readonly { readonly path: string; readonly message: string; readonly remedy: string }[] {
  const found = rules.flatMap((b, index) =>
    rules.slice(0, index).flatMap((a) => (conflicts(a, b) ? [{ a, b }] : [])),
  )
  return found.map(({ a, b }) => ({
    path: b.at ?? 'routes',
    message: `${b.id}: is the same route as ${a.id}`,
    remedy: 'remove one, or tell them apart by method, query, host or header',
  }))
}
