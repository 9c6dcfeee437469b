/**
 * What staff may write about a book, checked and turned into columns.
 *
 * @module
 */
import { invalid } from '@bookshop/kit/errors'
import { type Body, date, optionalText, text, truth, whole } from '@bookshop/kit/input'
import { readMoney } from '@bookshop/kit/money'
import { statusWord } from './shape.ts'

const maxInt = 2_147_483_647

/** Cents of `price`. */
export function priceOf(body: Body): number {
  const cents = readMoney(body.price)
  if (cents === null) throw invalid('price', 'an amount such as "12.50"')
  return cents
}

function attributesText(body: Body): string | null {
  const value = body.attributes
  if (value === null) return null
  const json = JSON.stringify(value)
  if (typeof value !== 'object' || Array.isArray(value) || json.length > 10_000) {
    throw invalid('attributes', 'a JSON object of at most 10000 characters')
  }
  return json
}

function statusOf(body: Body): string {
  const status = statusWord(String(body.status))
  if (status === undefined) throw invalid('status', 'A, D or P')
  return status
}

const optionalWhole = (body: Body, name: string, least: number, most: number): number | null =>
  body[name] === null ? null : whole(body, name, least, most)

type Value = string | number | null

const readers: Readonly<Record<string, (body: Body) => Value>> = {
  title: (body) => text(body, 'title', 300),
  author: (body) => text(body, 'author', 300),
  description: (body) => optionalText(body, 'description', 10_000),
  isbn: (body) => optionalText(body, 'isbn', 20),
  category_id: (body) => optionalWhole(body, 'category_id', 1, maxInt),
  status: statusOf,
  featured: (body) => (truth(body, 'featured') ? 1 : 0),
  attributes: attributesText,
  published: (body) => (body.published === null ? null : date(body, 'published')),
  weight_g: (body) => optionalWhole(body, 'weight_g', 0, 65_535),
  cover_url: (body) => optionalText(body, 'cover_url', 300),
}

/** Columns of `product` for the fields that were given. */
export function productColumns(body: Body): Readonly<Record<string, Value>> {
  const columns: Record<string, Value> = {}
  for (const [name, read] of Object.entries(readers)) {
    if (body[name] !== undefined) columns[name] = read(body)
  }
  return columns
}

/** `low_stock` lives in `inventory`; undefined when it was not given. */
export const lowStockOf = (body: Body): number | undefined =>
  body.low_stock === undefined ? undefined : whole(body, 'low_stock', 0, 1_000_000)
