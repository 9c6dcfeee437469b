/**
 * Lists and search: one page of books, ordered by the database so that both stores agree on it.
 *
 * Search finds prefixes of title or author, or an exact ISBN. It looks at the first 1000 hits of each
 * only, and counting stops at 1000: nobody pages further, and a list stays cheap at 200,000 books.
 *
 * @module
 */
import type { Database, Query } from '@bookshop/kit/database'
import type { ShowInstant } from '@bookshop/kit/instants'
import { type Book, type BookRow, bookRows, toBook } from './shape.ts'

const countedAtMost = 1000

export interface Page<T> {
  readonly items: readonly T[]
  readonly page: number
  readonly per_page: number
  readonly total: number
}

export interface ListRequest {
  /** Books of any of these; null is no such restriction. */
  readonly categoryIds: readonly number[] | null
  /** Trimmed; '' is no search. */
  readonly search: string
  /** Those that people talk about, and no others. */
  readonly featured: boolean
  readonly sort: Sort
  readonly page: number
  readonly perPage: number
}

type Order = { readonly column: string; readonly order: 'asc' | 'desc' }

const orders = {
  newest: [{ column: 'p.id', order: 'desc' }],
  title: [
    { column: 'p.title', order: 'asc' },
    { column: 'p.id', order: 'asc' },
  ],
  price: [
    { column: 'p.price_cents', order: 'asc' },
    { column: 'p.id', order: 'asc' },
  ],
  '-price': [
    { column: 'p.price_cents', order: 'desc' },
    { column: 'p.id', order: 'desc' },
  ],
} as const satisfies Record<string, readonly Order[]>

export type Sort = keyof typeof orders

/** A LIKE pattern that matches what starts with the text. */
export const prefixPattern = (text: string): string =>
  `${text.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`

/** The ids that a search looks at, as the derived table `c`. */
const candidates = (database: Database, search: string) => {
  const prefix = prefixPattern(search)
  return database.raw(
    `((SELECT id FROM product WHERE title LIKE ? ORDER BY title, id LIMIT ${countedAtMost})
      UNION (SELECT id FROM product WHERE author LIKE ? ORDER BY author, id LIMIT ${countedAtMost})
      UNION (SELECT id FROM product WHERE isbn = ?)) AS c`,
    [prefix, prefix, search],
  )
}

function matching(database: Database, request: ListRequest): Query {
  const query = database('product as p')
  if (request.search !== '') {
    query.join(candidates(database, request.search), 'c.id', 'p.id')
  }
  if (request.categoryIds !== null) query.whereIn('p.category_id', [...request.categoryIds])
  if (request.featured) query.where('p.featured', 1)
  return query
}

/** Which books a page shows, and how many there are in all (1000 at most). Stock does not matter. */
export interface Found {
  readonly ids: readonly number[]
  readonly total: number
}

export async function findBooks(database: Database, request: ListRequest): Promise<Found> {
  const pageIds = matching(database, request)
    .orderBy([...orders[request.sort]])
    .limit(request.perPage)
    .offset((request.page - 1) * request.perPage)
    .pluck<number[]>('p.id')
  const counted = matching(database, request).select('p.id').limit(countedAtMost).as('counted')
  const [ids, counts] = await Promise.all([
    pageIds,
    database.from(counted).count<{ total: number }[]>({ total: '*' }),
  ])
  return { ids, total: counts[0]?.total ?? 0 }
}

/** The rows are always read now: price, stock and title are those of this moment. */
export const pageOf = async (
  database: Database,
  { ids, total }: Found,
  { page, perPage }: Pick<ListRequest, 'page' | 'perPage'>,
  show: ShowInstant,
): Promise<Page<Book>> => ({
  items: await booksInOrder(database, ids, show),
  page,
  per_page: perPage,
  total,
})

/** Ids first, whole rows after: the sort then touches narrow index entries only. */
async function booksInOrder(
  database: Database,
  ids: readonly number[],
  show: ShowInstant,
): Promise<Book[]> {
  if (ids.length === 0) return []
  const rows: BookRow[] = await bookRows(database).whereIn('p.id', [...ids])
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.flatMap((id) => {
    const row = byId.get(id)
    return row ? [toBook(row, show)] : []
  })
}
