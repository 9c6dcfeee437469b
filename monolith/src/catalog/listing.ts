/**
 * Lists of books: by category, by search, sorted, in pages.
 *
 * Both the total and a search stop at a thousand hits, which keeps every list cheap on a shelf of
 * any length. A search looks at the beginnings of title and author, and at the whole ISBN.
 *
 * @module
 */
import { marks, type Sql, type Value } from '../database.ts'
import { invalid } from '../errors.ts'
import { type BookRow, bookColumns } from './book.ts'

export const totalLimit = 1000

const sorts: Readonly<Record<string, string>> = {
  newest: 'b.id DESC',
  title: 'b.title ASC, b.id ASC',
  price: 'b.price ASC, b.id ASC',
  '-price': 'b.price DESC, b.id DESC',
}

export interface ListQuery {
  readonly q: string
  readonly sort: string
  readonly page: number
  readonly perPage: number
}

export interface ListPage {
  readonly rows: readonly BookRow[]
  readonly page: number
  readonly perPage: number
  readonly total: number
}

function within(name: string, value: string, fallback: number, most: number): number {
  if (value === '') return fallback
  if (!/^[1-9]\d{0,3}$/.test(value) || Number(value) > most) {
    throw invalid(name, `a whole number from 1 to ${most}`)
  }
  return Number(value)
}

export function listQuery(text: (name: string) => string): ListQuery {
  const q = text('q').trim()
  const length = [...q].length
  if (length === 1 || length > 100) throw invalid('q', '2 to 100 characters')
  const sort = text('sort') || 'newest'
  if (!(sort in sorts)) throw invalid('sort', Object.keys(sorts).join(', '))
  const page = within('page', text('page'), 1, 500)
  return { q, sort, page, perPage: within('per_page', text('per_page'), 20, 100) }
}

/** The ids of all hits of a search, in the order wanted: at most two thousand and one. */
async function searchIds(
  sql: Sql,
  list: ListQuery,
  categories: readonly number[] | null,
): Promise<readonly number[]> {
  const prefix = `${list.q.replace(/[\\%_]/g, '\\$&')}%`
  const filter = categories ? `WHERE b.category_id IN (${marks(categories)})` : ''
  // The newest first need nothing but the ids, which saves looking at each hit's row.
  const join = categories || list.sort !== 'newest' ? 'hit JOIN books b ON b.id = hit.id' : 'b'
  const rows = await sql.query<{ id: number }>(
    `SELECT b.id FROM (
       (SELECT id FROM books WHERE title LIKE ? ORDER BY title, id LIMIT ${totalLimit})
       UNION (SELECT id FROM books WHERE author LIKE ? ORDER BY author, id LIMIT ${totalLimit})
       UNION (SELECT id FROM books WHERE isbn = ?)
     ) ${join} ${filter} ORDER BY ${sorts[list.sort]}`,
    [prefix, prefix, list.q, ...(categories ?? [])],
  )
  return rows.map((row) => row.id)
}

async function searchPage(
  sql: Sql,
  list: ListQuery,
  categories: readonly number[] | null,
): Promise<Pick<ListPage, 'rows' | 'total'>> {
  const ids = await searchIds(sql, list, categories)
  const start = (list.page - 1) * list.perPage
  const shown = ids.slice(start, start + list.perPage)
  if (shown.length === 0) return { rows: [], total: Math.min(ids.length, totalLimit) }
  const found = await sql.query<BookRow>(
    `SELECT ${bookColumns} FROM books b WHERE b.id IN (${marks(shown)})`,
    shown,
  )
  const rows = shown.flatMap((id) => found.find((row) => row.id === id) ?? [])
  return { rows, total: Math.min(ids.length, totalLimit) }
}

/** One page of the books in the given categories (null: all of them). */
export async function listBooks(
  sql: Sql,
  list: ListQuery,
  categories: readonly number[] | null,
): Promise<ListPage> {
  const place = { page: list.page, perPage: list.perPage }
  if (categories?.length === 0) return { ...place, rows: [], total: 0 }
  if (list.q !== '') return { ...place, ...(await searchPage(sql, list, categories)) }
  const filter = categories ? `WHERE b.category_id IN (${marks(categories)})` : ''
  const values: readonly Value[] = categories ?? []
  const counted = await sql.query<{ total: number }>(
    `SELECT COUNT(*) AS total FROM (SELECT 1 FROM books b ${filter} LIMIT ${totalLimit}) counted`,
    values,
  )
  const rows = await sql.query<BookRow>(
    `SELECT ${bookColumns} FROM books b ${filter} ORDER BY ${sorts[list.sort]} LIMIT ? OFFSET ?`,
    [...values, list.perPage, (list.page - 1) * list.perPage],
  )
  return { ...place, rows, total: counted[0]?.total ?? 0 }
}
