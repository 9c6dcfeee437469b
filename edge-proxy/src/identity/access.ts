/**
 * What a route asks of its caller, enforced before anything is forwarded.
 *
 * Pure.
 *
 * @module
 */
import type { RouteRule } from '@matapalo/core'
import { LoginRequired, RoleRequired } from '../errors.ts'
import type { Identity } from './introspection.ts'

export const guarded = (route: RouteRule | null): boolean =>
  route !== null && (route.roles !== undefined || route.login === true)

/** @throws LoginRequired, RoleRequired */
export function enforceAccess(route: RouteRule | null, identity: Identity | null): void {
  if (route === null || !guarded(route)) return
  if (identity === null) throw new LoginRequired()
  if (route.roles !== undefined && !route.roles.some((role) => identity.roles.includes(role))) {
    throw new RoleRequired(route.roles)
  }
}
