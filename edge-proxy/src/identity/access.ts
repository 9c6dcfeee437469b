/**
 * What a route asks of its caller, enforced before anything is forwarded.
 *
 * Scopes say what a token may be used for, so they are asked of tokens; a session is the person.
 *
 * Pure.
 *
 * @module
 */
import type { RouteRule } from '@matapalo/core'
import { LoginRequired, RoleRequired, ScopeRequired } from './errors.ts'
import type { Identity } from './introspection.ts'

export const guarded = (route: RouteRule | null): boolean =>
  route !== null &&
  (route.roles !== undefined || route.scopes !== undefined || route.login === true)

/** @throws LoginRequired, RoleRequired, ScopeRequired */
export function enforceAccess(route: RouteRule | null, identity: Identity | null): void {
  if (route === null || !guarded(route)) return
  if (identity === null) throw new LoginRequired()
  if (route.roles !== undefined && !route.roles.some((role) => identity.roles.includes(role))) {
    throw new RoleRequired(route.roles)
  }
  const { token } = identity
  if (token === undefined || route.scopes === undefined) return
  if (!route.scopes.every((scope) => token.scopes.includes(scope))) {
    throw new ScopeRequired(route.scopes)
  }
}
