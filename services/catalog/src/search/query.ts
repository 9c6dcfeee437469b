/**
 * Full-text search: books whose title, author or description hold every word, the best first. Words
 * are letters and digits, the last may be the beginning of one; everything else is taken for space, so
 * nothing that a caller types is an operator.
 *
 * @module
 */
import type { Database, Query } from '@bookshop/kit/database'
import { ApiError } from '@bookshop/kit/errors'
import { type Found, prefixPattern } from '../books/list.ts'

export interface TextSearch {
  /** Trimmed, 2 to 100 characters. */
  readonly text: string
  /** Books of any of these; null is no such restriction. */
  readonly categoryIds: readonly number[] | null
  readonly featured: boolean
  /** Books that can be bought now, and no others. */
  readonly available: boolean
  readonly page: number
  readonly perPage: number
}

const countedAtMost = 1000
/** Of the index: InnoDB keeps no word below `innodb_ft_min_token_size`, 3. */
const shortestWord = 3
const longestWord = 84
const mostWords = 12
/** 2 (seconds): a search that takes longer is told to be narrower. */
const limitSeconds = 2

export const wordsOf = (text: string): readonly string[] =>
  (text.normalize('NFC').match(/[\p{L}\p{N}\p{M}]+/gu) ?? []).slice(0, mostWords)

/** A boolean-mode expression; null when no word is long enough for the index. */
export function expressionOf(text: string): string | null {
  const words = wordsOf(text)
  const terms = words.flatMap((word, at) => {
    const length = [...word].length
    if (length < shortestWord || length > longestWord) return []
    return [at === words.length - 1 ? `+${word}*` : `+${word}`]
  })
  return terms.length === 0 ? null : terms.join(' ')
}

const match = 'MATCH(t.title, t.author, t.description) AGAINST (? IN BOOLEAN MODE)'

interface Textual {
  readonly query: Query
  /** Null: none is better than another. */
  readonly best: ReturnType<Database['raw']> | null
}

/** Short words alone (and scripts that write without spaces) are looked for where a text begins. */
function textually(database: Database, text: string): Textual {
  const expression = expressionOf(text)
  if (expression !== null) {
    const query = database('product_text as t').whereRaw(match, [expression])
    return { query, best: database.raw(match, [expression]) }
  }
  const prefix = prefixPattern(text)
  const query = database.from(
    database.raw(
      `((SELECT id AS product_id FROM product WHERE title LIKE ? LIMIT ${countedAtMost})
          UNION (SELECT id FROM product WHERE author LIKE ? LIMIT ${countedAtMost})) AS t`,
      [prefix, prefix],
    ),
  )
  return { query, best: null }
}

function matching(database: Database, search: TextSearch): Textual {
  const { query, best } = textually(database, search.text)
  if (search.categoryIds !== null || search.featured)
    query.join('product as p', 'p.id', 't.product_id')
  if (search.categoryIds !== null) query.whereIn('p.category_id', [...search.categoryIds])
  if (search.featured) query.where('p.featured', 1)
  if (search.available) {
    query.join('inventory as i', 'i.product_id', 't.product_id').where('i.quantity', '>', 0)
  }
  return { query, best }
}

const tooBroad = (cause: unknown): ApiError =>
  new ApiError(422, 'search_too_broad', 'Too many books have these words; add one', { cause })

/** ER_STATEMENT_TIMEOUT */
const isTimeout = (error: unknown): boolean => (error as { errno?: unknown } | null)?.errno === 1969

async function limited<T>(database: Database, query: Query): Promise<T> {
  const { sql, bindings } = query.toSQL().toNative()
  try {
    const [rows] = await database.raw(
      `SET STATEMENT max_statement_time = ${limitSeconds} FOR ${sql}`,
      [...bindings] as never[],
    )
    return rows as T
  } catch (error) {
    throw isTimeout(error) ? tooBroad(error) : error
  }
}

/**
 * The first 1000 are asked for at once and counted here: the index is gone through once a search, which
 * is what costs. Errors: 422 `search_too_broad`.
 */
export async function searchBooks(database: Database, search: TextSearch): Promise<Found> {
  const { query, best } = matching(database, search)
  if (best !== null) query.orderByRaw('? DESC', [best])
  const rows = await limited<readonly { readonly id: number }[]>(
    database,
    query.select('t.product_id as id').orderBy('t.product_id', 'desc').limit(countedAtMost),
  )
  const ids = rows.map(({ id }) => id)
  const from = (search.page - 1) * search.perPage
  return { ids: ids.slice(from, from + search.perPage), total: ids.length }
}
