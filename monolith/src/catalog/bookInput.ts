/**
 * What staff may write about a book, checked.
 *
 * @module
 */
import type { Value } from '../database.ts'
import { invalid } from '../errors.ts'
import { type Body, date, onlyFields, optionalText, price, text, truth, whole } from '../input.ts'

const common = [
  'title',
  'author',
  'description',
  'isbn',
  'category_id',
  'status',
  'low_stock',
  'featured',
  'attributes',
  'published',
  'weight_g',
  'cover_url',
  'reference',
]
const most = 2_147_483_647

function attributes(body: Body): string | null {
  const value = body.attributes
  if (value === null) return null
  const json = JSON.stringify(value)
  if (typeof value !== 'object' || Array.isArray(value) || json.length > 10_000) {
    throw invalid('attributes', 'a JSON object of at most 10000 characters')
  }
  return json
}

const readers: Readonly<Record<string, (body: Body) => readonly [string, Value]>> = {
  title: (body) => ['title', text(body, 'title', 300)],
  author: (body) => ['author', text(body, 'author', 300)],
  description: (body) => ['description', optionalText(body, 'description', 10_000)],
  isbn: (body) => ['isbn', optionalText(body, 'isbn', 20)],
  category_id: (body) => [
    'category_id',
    body.category_id === null ? null : whole(body, 'category_id', 1, most),
  ],
  status: (body) => {
    const status = body.status
    if (status !== 'A' && status !== 'D' && status !== 'P') throw invalid('status', 'A, D or P')
    return ['status', status]
  },
  low_stock: (body) => ['low_stock', whole(body, 'low_stock', 0, 1_000_000)],
  featured: (body) => ['is_featured', truth(body, 'featured') ? 1 : 0],
  attributes: (body) => ['attributes', attributes(body)],
  published: (body) => ['published', body.published === null ? null : date(body, 'published')],
  weight_g: (body) => [
    'weight_g',
    body.weight_g === null ? null : whole(body, 'weight_g', 0, 65_535),
  ],
  cover_url: (body) => ['cover_url', optionalText(body, 'cover_url', 300)],
}

function columns(body: Body): Map<string, Value> {
  const found = new Map<string, Value>()
  for (const [name, read] of Object.entries(readers)) {
    if (body[name] === undefined) continue
    const [column, value] = read(body)
    found.set(column, value)
  }
  return found
}

/** Columns of a new book, price and stock included. */
export function newBook(body: Body): ReadonlyMap<string, Value> {
  onlyFields(body, [...common, 'price', 'stock'])
  text(body, 'title', 300)
  text(body, 'author', 300)
  const found = columns(body)
  found.set('price', price(body, 'price'))
  found.set('stock', body.stock === undefined ? 0 : whole(body, 'stock', 0, 1_000_000))
  return found
}

/** Columns to change; price and stock have calls of their own, which keep a log. */
export function bookChanges(body: Body): ReadonlyMap<string, Value> {
  onlyFields(body, common)
  const found = columns(body)
  if (found.size === 0) throw invalid('body', 'nothing to change')
  return found
}
