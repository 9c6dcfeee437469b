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

async function searchIds(sql: Sql, q: string): Promise<readonly number[]> {
  const prefix = `${q.replace(/[\\%_]/g, '\\$&')}%`
  const rows = await sql.query<{ id: number }>(
    `(SELECT id FROM books WHERE title LIKE ? ORDER BY title, id LIMIT ${totalLimit})
     UNION (SELECT id FROM books WHERE author LIKE ? ORDER BY author, id LIMIT ${totalLimit})
     UNION (SELECT id FROM books WHERE isbn = ?)`,
    [prefix, prefix, q],
  )
  return rows.map((row) => row.id)
}

/** One page of the books in the given categories (null: all of them). */
export async function listBooks(
  sql: Sql,
  list: ListQuery,
  categories: readonly number[] | null,
): Promise<ListPage> {
  const none = { rows: [], page: list.page, perPage: list.perPage, total: 0 }
  const where: string[] = []
  const values: Value[] = []
  if (categories) {
    if (categories.length === 0) return none
    where.push(`b.category_id IN (${marks(categories)})`)
    values.push(...categories)
  }
  if (list.q !== '') {
    const ids = await searchIds(sql, list.q)
    if (ids.length === 0) return none
    where.push(`b.id IN (${marks(ids)})`)
    values.push(...ids)
  }
  const filter = where.length > 0 ? `WHERE ${where.join(' AND ')}` : ''
  const counted = await sql.query<{ total: number }>(
    `SELECT COUNT(*) AS total FROM (SELECT 1 FROM books b ${filter} LIMIT ${totalLimit}) counted`,
    values,
  )
  const rows = await sql.query<BookRow>(
    `SELECT ${bookColumns} FROM books b ${filter} ORDER BY ${sorts[list.sort]} LIMIT ? OFFSET ?`,
    [...values, list.perPage, (list.page - 1) * list.perPage],
  )
  return { rows, page: list.page, perPage: list.perPage, total: counted[0]?.total ?? 0 }
}
