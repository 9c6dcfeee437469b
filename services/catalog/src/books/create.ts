/**
 * Staff add a book: a product, its inventory, and a movement when it starts with stock.
 *
 * A repeated reference is a repeated request: it gives the book that exists.
 *
 * @module
 */
import {
  isDuplicate,
  isMissingParent,
  type Queryable,
  type Transaction,
} from '@bookshop/kit/database'
import { ApiError, invalid } from '@bookshop/kit/errors'
import { type Body, optionalReference, text, whole } from '@bookshop/kit/input'
import { utcText } from '@bookshop/kit/instants'
import { tellProduct } from '../events.ts'
import { copyTexts } from '../search/text.ts'
import { recordMovement } from '../stock.ts'
import { lowStockOf, priceOf, productColumns } from './fields.ts'

/** What the database says about a book's columns, in the shop's words. */
export function explainBook(error: unknown): unknown {
  if (isDuplicate(error)) return new ApiError(409, 'isbn_taken', 'Another book has this ISBN')
  if (isMissingParent(error)) return invalid('category_id', 'there is no such category')
  return error
}

/** The book that was made under this reference. */
export async function byReference(on: Queryable, reference: string | null): Promise<number | null> {
  if (reference === null) return null
  const row = await on<{ id: number; reference: string }>('product')
    .select('id')
    .where({ reference })
    .first()
  return row?.id ?? null
}

interface NewBook {
  readonly product: Readonly<Record<string, string | number | null>>
  readonly quantity: number
  readonly lowStock: number
  readonly reference: string | null
}

const readNewBook = (body: Body): NewBook => ({
  product: {
    title: text(body, 'title', 300),
    author: text(body, 'author', 300),
    ...productColumns(body),
    price_cents: priceOf(body),
  },
  quantity: body.stock === undefined ? 0 : whole(body, 'stock', 0, 1_000_000),
  lowStock: lowStockOf(body) ?? 3,
  reference: optionalReference(body),
})

async function insertBook(transaction: Transaction, book: NewBook, now: Date): Promise<number> {
  const [id] = await transaction('product').insert({
    ...book.product,
    reference: book.reference,
    created_at: utcText(now),
    updated_at: utcText(now),
  })
  if (id === undefined) throw new TypeError('the driver returned no insert id')
  await transaction('inventory').insert({
    product_id: id,
    quantity: book.quantity,
    low_stock: book.lowStock,
    sold: 0,
  })
  if (book.quantity > 0) {
    const reference = book.reference ?? `create:${id}`
    await recordMovement(transaction, id, book.quantity, 'adjustment', reference, now)
  }
  await copyTexts(transaction, [id])
  await tellProduct(transaction, id, 'product.created')
  return id
}

/**
 * Errors: 400 `invalid_request`, 409 `isbn_taken`, and the database's own duplicate key when the same
 * request won a moment ago: look for its reference then.
 */
export async function createBook(
  transaction: Transaction,
  body: Body,
  now: Date,
): Promise<{ readonly id: number; readonly created: boolean }> {
  const book = readNewBook(body)
  const known = await byReference(transaction, book.reference)
  if (known !== null) return { id: known, created: false }
  return { id: await insertBook(transaction, book, now), created: true }
}
