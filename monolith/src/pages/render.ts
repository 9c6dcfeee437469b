/**
 * Renders pages: EJS templates inside the shop's frame (who is logged in, cart, shelves).
 *
 * @module
 */
import { fileURLToPath } from 'node:url'
import ejs from 'ejs'
import type { Express, Response } from 'express'
import type { User } from '../accounts/sessions.ts'
import { cartCount } from '../cart/cart.ts'
import { allCategories, categoryTree } from '../catalog/categories.ts'
import { type Shop, userOf } from '../context.ts'

export interface Chrome {
  readonly user: User | null
  readonly cartCount: number
  readonly shelves: readonly { readonly slug: string; readonly name: string }[]
}
export type Render = (
  res: Response,
  view: string,
  values: Readonly<Record<string, unknown>>,
) => Promise<void>

export const assetFolder = fileURLToPath(new URL('assets', import.meta.url))

export function useTemplates(app: Express): void {
  app.engine('ejs', (path, values, done) => {
    ejs.renderFile(path, values).then(
      (html) => done(null, html),
      (error: unknown) => done(error),
    )
  })
  app.set('views', fileURLToPath(new URL('views', import.meta.url)))
  app.set('view engine', 'ejs')
  // Templates do not change while the shop runs.
  app.set('view cache', true)
}

export function renderer(shop: Shop): Render {
  return async (res, view, values) => {
    const user = userOf(res)
    const [categories, count] = await Promise.all([
      allCategories(shop.db),
      user ? cartCount(shop.db, user.id) : 0,
    ])
    const chrome: Chrome = { user, cartCount: count, shelves: categoryTree(categories) }
    res.render(view, { ...values, chrome })
  }
}
