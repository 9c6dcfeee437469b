/**
 * Finds the rule of a request in a route table.
 *
 * Pure and fast: what can be prepared per table is prepared once and kept as long as the table is.
 *
 * @module
 */
import type { RouteRule, RouteTable } from '../routeTable.ts'
import { answersOptions, asOptions } from './options.ts'
import { matchesPattern, type Pattern, patternOf, segmentsOf } from './pattern.ts'

export interface RequestLine {
  readonly method: string
  /** Canonical path, without the query. */
  readonly path: string
  readonly host: string
  readonly query: URLSearchParams
  /** By lower-case name, as Node gives them. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}

interface Prepared {
  readonly rule: RouteRule
  readonly pattern: Pattern
  /** The same rule each time, so that two answers can be compared. */
  readonly options: RouteRule
}

const prepared = new WeakMap<RouteTable, readonly Prepared[]>()

function prepare(table: RouteTable): readonly Prepared[] {
  const known = prepared.get(table)
  if (known) return known
  const fresh = table.routes.map((rule) => ({
    rule,
    pattern: patternOf(rule.path),
    options: asOptions(rule),
  }))
  prepared.set(table, fresh)
  return fresh
}

/** The first rule in the table's order that matches, or null. */
export function matchRoute(table: RouteTable, request: RequestLine): RouteRule | null {
  if (request.method === 'OPTIONS') return matchOptions(table, request)
  const path = segmentsOf(request.path)
  for (const { rule, pattern } of prepare(table)) {
    if (!matchesPattern(pattern, path)) continue
    if (!rule.methods.includes(request.method) && !rule.methods.includes('*')) continue
    if (matchesPlace(rule, request) && matchesFields(rule, request)) return rule
  }
  return null
}

function matchOptions(table: RouteTable, request: RequestLine): RouteRule | null {
  const path = segmentsOf(request.path)
  const requested = request.headers['access-control-request-method']
  let first: Prepared | undefined
  for (const one of prepare(table)) {
    const { rule, pattern, options } = one
    if (!matchesPattern(pattern, path) || !answersOptions(rule, requested)) continue
    if (!matchesPlace(rule, request)) continue
    // Another path is a wider one: what waits there does not answer for this one.
    if (first !== undefined && first.rule.path !== rule.path) break
    if (matchesFields(rule, request)) return options
    first ??= one
  }
  return first?.options ?? null
}

function matchesPlace(rule: RouteRule, request: RequestLine): boolean {
  if (rule.host !== undefined && rule.host !== hostName(request.host)) return false
  for (const { name, equals } of rule.query ?? []) {
    const values = request.query.getAll(name)
    // Sent twice, upstreams disagree on which counts, so it tells no route from another.
    if (equals === undefined ? values.length === 0 : values.length !== 1 || values[0] !== equals)
      return false
  }
  return true
}

function matchesFields(rule: RouteRule, request: RequestLine): boolean {
  for (const { name, equals } of rule.headers ?? []) {
    const value = request.headers[name]
    if (value === undefined) return false
    if (
      equals !== undefined &&
      value !== equals &&
      !(Array.isArray(value) && value.includes(equals))
    )
      return false
  }
  return true
}

/** Without the port; a bracketed IPv6 address keeps its brackets. */
const hostName = (host: string): string => host.toLowerCase().replace(/:\d+$/, '')
