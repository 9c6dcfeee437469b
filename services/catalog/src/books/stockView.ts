/**
 * A book's stock as clients know it. Discontinued books sell off, so what is left is available.
 *
 * @module
 */
import type { Queryable } from '@bookshop/kit/database'
import { noSuchBook } from './shape.ts'

export interface StockView {
  readonly book_id: number
  readonly stock: number
  readonly available: boolean
}

export async function readStock(on: Queryable, id: number): Promise<StockView> {
  const row = await on<{ quantity: number }>('inventory')
    .select('quantity')
    .where('product_id', id)
    .first()
  if (!row) throw noSuchBook(id)
  return { book_id: id, stock: row.quantity, available: row.quantity > 0 }
}
