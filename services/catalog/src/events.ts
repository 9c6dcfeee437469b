/**
 * What the catalog tells other services, through the outbox: topics `shop.product` and
 * `shop.category`, keyed by id. services/asyncapi.yaml describes the messages.
 *
 * @module
 */
import type { Transaction } from '@bookshop/kit/database'
import { moneyText } from '@bookshop/kit/money'
import { emit } from '@bookshop/kit/outbox'
import { type BookRow, bookRows } from './books/shape.ts'
import type { Category } from './categories/tree.ts'

type Payload = Readonly<Record<string, unknown>>

const tell =
  (aggregateType: 'product' | 'category') =>
  (transaction: Transaction, id: number, type: string, payload: Payload) =>
    emit(transaction, { aggregateType, aggregateId: String(id), type, payload })

const ofProduct = tell('product')
const ofCategory = tell('category')

const productPayload = (row: BookRow): Payload => ({
  book_id: row.id,
  isbn: row.isbn,
  title: row.title,
  author: row.author,
  category_id: row.category_id,
  price: moneyText(row.price_cents),
  status: row.status,
  featured: row.featured === 1,
  stock: row.quantity,
  low_stock: row.low_stock,
})

/** The book as it stands after the change. */
export async function tellProduct(
  transaction: Transaction,
  id: number,
  type: 'product.created' | 'product.changed',
): Promise<void> {
  const [row] = await bookRows(transaction).where('p.id', id)
  if (!row) throw new TypeError('an event of a book that is not there')
  await ofProduct(transaction, id, type, productPayload(row))
}

export const tellProductDeleted = (transaction: Transaction, id: number) =>
  ofProduct(transaction, id, 'product.deleted', { book_id: id })

export interface PriceChange {
  readonly oldCents: number
  readonly newCents: number
  readonly reference: string | null
  readonly changedBy: number
}

export const tellPrice = (transaction: Transaction, id: number, change: PriceChange) =>
  ofProduct(transaction, id, 'price.changed', {
    book_id: id,
    old_price: moneyText(change.oldCents),
    new_price: moneyText(change.newCents),
    reference: change.reference,
    changed_by: change.changedBy,
  })

export interface StockChange {
  readonly delta: number
  readonly reason: string
  readonly reference: string
  /** After the change. */
  readonly stock: number
}

export const tellStock = (transaction: Transaction, id: number, change: StockChange) =>
  ofProduct(transaction, id, 'stock.changed', { book_id: id, ...change })

/** The stock has come down to its mark, or the mark up to the stock. Not told again until it was above. */
export const tellLowStock = (
  transaction: Transaction,
  id: number,
  stock: number,
  lowStock: number,
) => ofProduct(transaction, id, 'stock.low', { book_id: id, stock, low_stock: lowStock })

const categoryPayload = ({ id, ...rest }: Category): Payload => ({ category_id: id, ...rest })

export const tellCategory = (
  transaction: Transaction,
  category: Category,
  type: 'category.created' | 'category.changed' | 'category.deleted',
) => ofCategory(transaction, category.id, type, categoryPayload(category))
