/**
 * The shop's front: what people talk about, what is new, and how the last order is doing.
 *
 * @module
 */
import type { Page } from '../page.ts'
import type { BookPage, Items, Order } from '../shop/shapes.ts'
import { ShopRefused } from '../shop/shop.ts'
import { html } from '../view/html.ts'
import { bookGrid } from '../view/parts.ts'
import type { Visit } from '../visit.ts'

const shownBooks = 10

/** A login that has run out is no reason to hide the shop. */
const lastOrder = async ({ caller, shop, maybe }: Visit): Promise<Order | null> => {
  if (caller.credential === null) return null
  const orders = shop.get<Items<Order>>('orders', '/api/orders').catch((error: unknown) => {
    if (error instanceof ShopRefused) return null
    throw error
  })
  return (await maybe('orders', orders))?.items[0] ?? null
}

export const homePages: readonly Page[] = [
  {
    method: 'get',
    path: '/',
    async answer(visit) {
      const { shop, maybe } = visit
      // A catalogue that cannot list the featured ones alone answers with the newest: they are sorted out.
      const [featured, newest, order] = await Promise.all([
        maybe('catalog', shop.get<BookPage>('catalog', '/api/books?featured=1&per_page=50')),
        maybe('catalog', shop.get<BookPage>('catalog', `/api/books?per_page=${shownBooks}`)),
        lastOrder(visit),
      ])
      const talkedAbout = (featured?.items ?? [])
        .filter((book) => book.featured)
        .slice(0, shownBooks)
      const body = html`${
        order &&
        html`<p class="note">Your last order, <a href="${`/orders/${order.id}`}">${order.reference}</a>, is <strong>${order.status}</strong>.</p>`
      }
<h1>Books people talk about</h1>
${talkedAbout.length > 0 ? bookGrid(talkedAbout) : html`<p>Have a look at what is new.</p>`}
<h2>New on the shelves</h2>
${bookGrid(newest?.items ?? [])}`
      return { title: 'Welcome', body }
    },
  },
]
