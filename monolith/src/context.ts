/** What every part of the shop is handed. */
import type { Request, Response } from 'express'
import type { User } from './accounts/sessions.ts'
import type { ShopConfig } from './config.ts'
import type { Database } from './database.ts'
import type { Door } from './door/door.ts'
import { forbidden, loginRequired } from './errors.ts'
import type { ShowTime } from './localTime.ts'
import type { CatalogClient } from './orders/catalogClient.ts'

export interface Shop {
  readonly config: ShopConfig
  readonly db: Database
  readonly showTime: ShowTime
  readonly catalog: CatalogClient
  /** Where the pages' forms find the shop's API. */
  readonly door: Door
  /** Opens the session of the shop's own account, where there is none yet. */
  readonly openSystemSession: () => Promise<unknown>
}

/** The account behind a request; the session was looked up before any route. */
export function userOf(res: Response): User | null {
  return (res.locals.user as User | undefined) ?? null
}

export function mustBeLoggedIn(res: Response): User {
  const user = userOf(res)
  if (!user) throw loginRequired()
  return user
}

export function mustHaveRole(res: Response, ...roles: readonly string[]): User {
  const user = mustBeLoggedIn(res)
  if (!roles.some((role) => user.roles.includes(role))) throw forbidden()
  return user
}

/** One value of a query parameter; repeated parameters count as their last. */
export function queryText(req: Request, name: string): string {
  const value = req.query[name]
  const last = Array.isArray(value) ? value.at(-1) : value
  return typeof last === 'string' ? last : ''
}
