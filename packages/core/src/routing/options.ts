/**
 * Who answers OPTIONS: a question about a path and not about its data, which few manifests list.
 *
 * A preflight asks for another request (Fetch 4.8: `Access-Control-Request-Method`), so it goes where that
 * one would go, and fails where that one would. A bare OPTIONS goes to the first route of its path, as
 * does what names OPTIONS itself. Fields that tell routes apart are not sent with a preflight: where
 * they decide alone, the narrower route answers.
 *
 * Pure.
 *
 * @module
 */
import type { RouteRule } from '../routeTable.ts'

/** @param requested method that a preflight asks for; undefined: none, any route of the path will do */
export const answersOptions = (
  { methods }: RouteRule,
  requested: string | readonly string[] | undefined,
): boolean =>
  requested === undefined ||
  methods.includes(String(requested)) ||
  methods.includes('*') ||
  methods.includes('OPTIONS')

/**
 * The rule as it holds for OPTIONS: it reads no rows, so it neither waits for them nor for a hold, and
 * a preflight carries no credentials that could be asked for. A route that was written down as one
 * that writes on OPTIONS is believed.
 */
export function asOptions(rule: RouteRule): RouteRule {
  if (rule.access === 'write' && rule.methods.includes('OPTIONS')) return rule
  const { login: _login, roles: _roles, scopes: _scopes, ...rest } = rule
  return { ...rest, access: 'read', reads: [], writes: [] }
}
