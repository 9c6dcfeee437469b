/**
 * Lists of books: a search, or a shelf.
 *
 * @module
 */
import { flat, visible } from '../frame.ts'
import type { Page, Shown } from '../page.ts'
import type { BookPage, Category } from '../shop/shapes.ts'
import { type Html, html, pathPart } from '../view/html.ts'
import { bookGrid, option } from '../view/parts.ts'
import type { Visit } from '../visit.ts'

/** The catalogue counts no further. */
const countedTo = 1000

export const sortings = [
  ['newest', 'Newest first'],
  ['title', 'By title'],
  ['price', 'Cheapest first'],
  ['-price', 'Dearest first'],
] as const

/** The query as the catalogue takes it; its page number is set by `pager`. */
export function listQuery(visit: Visit, ...names: readonly string[]): URLSearchParams {
  const query = new URLSearchParams()
  for (const name of names) {
    const value = visit.query(name)
    if (value !== '') query.set(name, value)
  }
  return query
}

export function pager(path: string, query: URLSearchParams, list: BookPage): Html {
  const link = (page: number): string => {
    const next = new URLSearchParams(query)
    next.set('page', String(page))
    return `${path}?${next}`
  }
  const { page, per_page, total } = list
  return html`<nav class="pager" aria-label="Pages">
  ${page > 1 && html`<a rel="prev" href="${link(page - 1)}">← Previous</a>`}
  <span>Page ${page}</span>
  ${page * per_page < total && html`<a rel="next" href="${link(page + 1)}">Next →</a>`}
</nav>`
}

export const countOf = ({ total }: BookPage): Html =>
  html`<p class="quiet-text" data-total="${total}">${total === countedTo ? `${countedTo} or more` : total} ${total === 1 ? 'book' : 'books'}</p>`

const sorter = (
  path: string,
  query: URLSearchParams,
): Html => html`<form action="${path}" class="row">
  ${query.has('q') && html`<input type="hidden" name="q" value="${query.get('q')}">`}
  <label>Order <select name="sort">${sortings.map(([value, words]) => option(value, words, value === query.get('sort')))}</select></label>
  <button class="plain">Sort</button>
</form>`

interface Listed {
  readonly heading: string
  readonly path: string
  readonly query: URLSearchParams
  readonly list: BookPage
  readonly shelves?: readonly Category[]
}

function listed({ heading, path, query, list, shelves = [] }: Listed): Shown {
  const body = html`<h1><bdi>${heading}</bdi></h1>
${
  shelves.length > 0 &&
  html`<nav class="shelves" aria-label="Below this shelf">${shelves.map((shelf) => html`<a href="${`/category/${pathPart(shelf.slug)}`}"><bdi>${shelf.name}</bdi></a>`)}</nav>`
}
${countOf(list)}
${query.has('q') && html`<p><a href="${`/find?${new URLSearchParams({ q: query.get('q') ?? '' })}`}">Search by words, in descriptions too</a></p>`}
${sorter(path, query)}
${bookGrid(list.items)}
${pager(path, query, list)}`
  const q = query.get('q')
  return { title: heading, body, ...(q === null ? {} : { q }) }
}

export const listPages: readonly Page[] = [
  {
    method: 'get',
    path: '/search',
    async answer(visit) {
      const query = listQuery(visit, 'q', 'sort', 'page', 'per_page')
      const list = await visit.shop.get<BookPage>('catalog', `/api/books?${query}`)
      const q = visit.query('q').trim()
      const heading = q === '' ? 'All books' : `Search: ${q}`
      return listed({ heading, path: '/search', query, list })
    },
  },
  {
    method: 'get',
    path: '/category/:slug',
    async answer(visit) {
      const slug = pathPart(String(visit.request.params.slug))
      const query = listQuery(visit, 'sort', 'page', 'per_page')
      const [list, { categories }] = await Promise.all([
        visit.shop.get<BookPage>('catalog', `/api/categories/${slug}/books?${query}`),
        visit.frame(),
      ])
      const category = flat(categories).find((one) => one.slug === visit.request.params.slug)
      const heading = category?.name ?? 'Books'
      const shelves = visible(category?.children ?? [])
      return listed({ heading, path: `/category/${slug}`, query, list, shelves })
    },
  },
]
