/**
 * The price changes of one book, newest first.
 *
 * @module
 */
import type { Queryable } from '@bookshop/kit/database'
import type { ShowInstant } from '@bookshop/kit/instants'
import { moneyText } from '@bookshop/kit/money'
import { noSuchBook } from './shape.ts'

const shownAtMost = 100

interface PriceChangeRow {
  readonly id: number
  readonly old_cents: number
  readonly new_cents: number
  readonly reference: string | null
  readonly changed_by: number | null
  readonly changed_at: string
}

/** A deleted book's history stays in the table and is not shown. */
export async function priceHistory(on: Queryable, id: number, show: ShowInstant) {
  const book = await on('product').select('id').where('id', id).first()
  if (!book) throw noSuchBook(id)
  const rows = await on<PriceChangeRow>('price_change')
    .select('id', 'old_cents', 'new_cents', 'reference', 'changed_by', 'changed_at')
    .where('product_id', id)
    .orderBy('id', 'desc')
    .limit(shownAtMost)
  return {
    book_id: id,
    items: rows.map((row) => ({
      id: row.id,
      old_price: moneyText(row.old_cents),
      new_price: moneyText(row.new_cents),
      reference: row.reference,
      changed_by: row.changed_by,
      changed: show(row.changed_at),
    })),
  }
}
