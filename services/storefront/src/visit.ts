/**
 * One request for a page: who asks, what they sent, and what could not be had while answering.
 *
 * @module
 */
import { ServiceUnavailable } from '@bookshop/kit/client'
import type { Request } from 'express'
import { type Fields, fieldsOf } from './forms/fields.ts'
import type { Seal } from './forms/seal.ts'
import { type Frame, loadFrame } from './frame.ts'
import type { Area } from './shop/areas.ts'
import type { Caller } from './shop/caller.ts'
import type { User } from './shop/shapes.ts'
import { forbidden, loginRequired, notFound, type Shop, ShopRefused } from './shop/shop.ts'

export interface Visit {
  readonly request: Request
  readonly caller: Caller
  readonly shop: Shop
  readonly seal: Seal
  readonly form: Fields
  /** Parts that nobody answered for, so far. */
  readonly missing: ReadonlySet<Area>
  /** One value of the query; of a repeated parameter the last, '' when absent. */
  query(name: string): string
  /** A positive whole number of the path; anything else is no such thing. */
  id(name: string, what: string): number
  /** What the page can do without: null when nobody answers for it, and the page says so. */
  maybe<T>(area: Area, asked: Promise<T>): Promise<T | null>
  /** The same, also null when the shop has no such call (the old shop has none of the new ones). */
  ifOffered<T>(area: Area, asked: Promise<T>): Promise<T | null>
  /** A service said itself what it could not have. */
  alsoMissing(some: readonly Area[]): void
  /** Who is logged in, cart, shelves; asked once. */
  frame(): Promise<Frame>
  /** @throws ShopRefused 401, 403; ServiceUnavailable */
  mustBe(...roles: readonly string[]): Promise<User>
}

export function visitOf(
  request: Request,
  caller: Caller,
  shop: Shop,
  seal: Seal,
  onMissing: (area: Area) => void,
): Visit {
  const missing = new Set<Area>()
  const miss = (area: Area): void => {
    if (!missing.has(area)) onMissing(area)
    missing.add(area)
  }
  let frame: Promise<Frame> | undefined
  const visit: Visit = {
    request,
    caller,
    shop,
    seal,
    form: fieldsOf(request.body),
    missing,
    query(name) {
      const value = request.query[name]
      const last: unknown = Array.isArray(value) ? value.at(-1) : value
      return typeof last === 'string' ? last : ''
    },
    id(name, what) {
      const value = String(request.params[name] ?? '')
      if (!/^[1-9]\d{0,9}$/.test(value)) throw notFound(what)
      return Number(value)
    },
    async maybe(area, asked) {
      try {
        return await asked
      } catch (error) {
        if (!(error instanceof ServiceUnavailable)) throw error
        miss(area)
        return null
      }
    },
    ifOffered: (area, asked) =>
      visit.maybe(area, asked).catch((error: unknown) => {
        if (!(error instanceof ShopRefused) || error.status !== 404) throw error
        miss(area)
        return null
      }),
    alsoMissing: (some) => some.forEach(miss),
    frame() {
      frame ??= loadFrame(visit)
      return frame
    },
    async mustBe(...roles) {
      const { user, userUnknown } = await visit.frame()
      if (userUnknown) throw new ServiceUnavailable('users', 'who visits is not known', true)
      if (!user) throw loginRequired()
      if (!roles.some((role) => user.roles.includes(role))) throw forbidden()
      return user
    },
  }
  return visit
}
