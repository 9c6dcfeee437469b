/**
 * Search by words, in descriptions too. The old shop has none; `/search` stays what its visitors know.
 *
 * @module
 */
import { shownAgain } from '../forms/again.ts'
import { flat, visible } from '../frame.ts'
import type { Page, Shown } from '../page.ts'
import type { BookPage, Category } from '../shop/shapes.ts'
import { type Html, html } from '../view/html.ts'
import { bookGrid, option } from '../view/parts.ts'
import type { Visit } from '../visit.ts'
import { countOf, listQuery, pager } from './lists.ts'

interface Found extends BookPage {
  /** False: the index is being made. */
  readonly complete: boolean
}

const path = '/find'

const searchForm = (visit: Visit, shelves: readonly Category[]): Html => {
  const category = visit.query('category')
  const available = visit.query('available') === '1'
  return html`<form action="${path}" class="row">
  <label>Words <input type="search" name="q" value="${visit.query('q')}" minlength="2" maxlength="100" required></label>
  <label>Shelf <select name="category"><option value="">all</option>${shelves.map((one) => option(one.slug, one.name, one.slug === category))}</select></label>
  <label class="check"><input type="checkbox" name="available" value="1"${available ? html` checked` : ''}> in stock only</label>
  <button>Search</button>
</form>`
}

const results = (query: URLSearchParams, found: Found | null): Html | null =>
  found &&
  html`${!found.complete && html`<p class="note" role="status">The index is being made: some books may be missing.</p>`}
${countOf(found)}
${bookGrid(found.items)}
${pager(path, query, found)}`

async function show(visit: Visit, found: Found | null, query: URLSearchParams): Promise<Shown> {
  const { categories } = await visit.frame()
  const body = html`<h1>Search by words</h1>
<p class="quiet-text">Books that have every word in title, author or description, the best first.</p>
${searchForm(visit, flat(visible(categories)))}
${results(query, found)}`
  return { title: 'Search by words', body }
}

export const findPages: readonly Page[] = [
  {
    method: 'get',
    path,
    async answer(visit) {
      const query = listQuery(visit, 'q', 'category', 'available', 'page')
      if (!query.has('q')) return show(visit, null, query)
      try {
        const asked = visit.shop.get<Found>('catalog', `/api/catalog/search?${query}`)
        return await show(visit, await visit.ifOffered('catalog', asked), query)
      } catch (error) {
        return shownAgain(error, () => show(visit, null, query))
      }
    },
  },
]
