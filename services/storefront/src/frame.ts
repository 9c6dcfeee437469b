/**
 * What stands around every page: who is logged in, how much is in the cart, the shelves. The three are
 * asked at once, beside what the page itself needs; without an answer the page is shown all the same.
 *
 * @module
 */
import type { Cart, Category, Items, User } from './shop/shapes.ts'
import { ShopRefused } from './shop/shop.ts'
import type { Visit } from './visit.ts'

export interface Frame {
  readonly user: User | null
  /** There is a login, and nobody answers whose. */
  readonly userUnknown: boolean
  readonly cartCount: number
  /** The whole tree, hidden categories too. */
  readonly categories: readonly Category[]
}

export const visible = (categories: readonly Category[]): readonly Category[] =>
  categories.filter((category) => category.visible)

/** All categories of a tree, each before what is below it. */
export const flat = (categories: readonly Category[]): readonly Category[] =>
  categories.flatMap((category) => [category, ...flat(category.children)])

const refusedMeans = <T>(asked: Promise<T>, otherwise: T): Promise<T> =>
  asked.catch((error: unknown) => {
    if (error instanceof ShopRefused) return otherwise
    throw error
  })

/** Never fails: what is missing is in the visit's list. */
export async function loadFrame({ caller, shop, maybe }: Visit): Promise<Frame> {
  const isKnown = caller.credential !== null
  const nobody: { readonly user: User | null } = { user: null }
  const noCart: Cart = { items: [], total: '0.00' }
  const [session, cart, categories] = await Promise.all([
    isKnown
      ? maybe('users', refusedMeans(shop.get<typeof nobody>('users', '/api/session'), nobody))
      : nobody,
    isKnown ? maybe('orders', refusedMeans(shop.get<Cart>('orders', '/api/cart'), noCart)) : noCart,
    maybe('catalog', shop.get<Items<Category>>('catalog', '/api/categories?all=1')),
  ])
  return {
    user: session?.user ?? null,
    userUnknown: session === null,
    cartCount: (cart?.items ?? []).reduce((sum, line) => sum + line.quantity, 0),
    categories: categories?.items ?? [],
  }
}
