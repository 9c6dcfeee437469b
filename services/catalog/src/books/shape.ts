/**
 * A book as clients of the shop know it, made from `product` and its `inventory`.
 *
 * @module
 */
import type { Queryable } from '@bookshop/kit/database'
import { ApiError } from '@bookshop/kit/errors'
import type { ShowInstant } from '@bookshop/kit/instants'
import { moneyText } from '@bookshop/kit/money'

/** The shop's letters for our words. */
export const statusLetters = { active: 'A', discontinued: 'D', preorder: 'P' } as const
export type Status = keyof typeof statusLetters
export type StatusLetter = (typeof statusLetters)[Status]

const statusWords: Readonly<Record<string, Status>> = {
  A: 'active',
  D: 'discontinued',
  P: 'preorder',
}

export const statusWord = (letter: string): Status | undefined => statusWords[letter]

export interface Book {
  readonly id: number
  readonly isbn: string | null
  readonly title: string
  readonly author: string
  readonly description: string | null
  readonly category_id: number | null
  readonly price: string
  readonly status: StatusLetter
  readonly stock: number
  readonly low_stock: number
  readonly featured: boolean
  readonly attributes: unknown
  readonly published: string | null
  readonly weight_g: number | null
  readonly cover_url: string | null
  readonly created: string
  readonly updated: string
}

export interface BookRow {
  readonly id: number
  readonly isbn: string | null
  readonly title: string
  readonly author: string
  readonly description: string | null
  readonly category_id: number | null
  readonly price_cents: number
  readonly status: Status
  readonly quantity: number
  readonly low_stock: number
  readonly featured: number
  readonly attributes: string | null
  readonly published: string | null
  readonly weight_g: number | null
  readonly cover_url: string | null
  readonly created_at: string
  readonly updated_at: string
}

export const bookRows = (on: Queryable) =>
  on('product as p')
    .join('inventory as i', 'i.product_id', 'p.id')
    .select<BookRow[]>(
      'p.id',
      'p.isbn',
      'p.title',
      'p.author',
      'p.description',
      'p.category_id',
      'p.price_cents',
      'p.status',
      'i.quantity',
      'i.low_stock',
      'p.featured',
      'p.attributes',
      'p.published',
      'p.weight_g',
      'p.cover_url',
      'p.created_at',
      'p.updated_at',
    )

export const toBook = (row: BookRow, show: ShowInstant): Book => ({
  id: row.id,
  isbn: row.isbn,
  title: row.title,
  author: row.author,
  description: row.description,
  category_id: row.category_id,
  price: moneyText(row.price_cents),
  status: statusLetters[row.status],
  stock: row.quantity,
  low_stock: row.low_stock,
  featured: row.featured === 1,
  attributes: JSON.parse(row.attributes ?? '{}') as unknown,
  published: row.published,
  weight_g: row.weight_g,
  cover_url: row.cover_url,
  created: show(row.created_at),
  updated: show(row.updated_at),
})

/** Names the book when the request named one by a number. */
export const noSuchBook = (id?: number): ApiError =>
  new ApiError(404, 'not_found', 'No such book', {
    details: id === undefined ? {} : { book_id: id },
  })

/** An id as it stands in a path; anything but a positive whole number is no book. */
export function readBookId(text: string | undefined): number {
  const id = Number(text)
  if (!/^[1-9]\d{0,9}$/.test(text ?? '') || id > 4_294_967_295) throw noSuchBook()
  return id
}

export async function readBook(on: Queryable, id: number, show: ShowInstant): Promise<Book> {
  const [row] = await bookRows(on).where('p.id', id)
  if (!row) throw noSuchBook(id)
  return toBook(row, show)
}
