/**
 * Staff change a book, its price, or its stock, or delete it. Each locks the inventory row first, so
 * changes to one book queue behind each other and behind reservations.
 *
 * A repeated reference is a repeated request and changes nothing.
 *
 * @module
 */
import type { Transaction } from '@bookshop/kit/database'
import { ApiError, invalid } from '@bookshop/kit/errors'
import { type Body, optionalReference, whole } from '@bookshop/kit/input'
import { utcText } from '@bookshop/kit/instants'
import { forgetCover } from '../covers/store.ts'
import { tellLowStock, tellPrice, tellProduct, tellProductDeleted } from '../events.ts'
import { changesText, copyTexts, forgetText } from '../search/text.ts'
import { type Inventory, lockInventory, moveStock } from '../stock.ts'
import { explainBook } from './create.ts'
import { lowStockOf, priceOf, productColumns } from './fields.ts'
import { noSuchBook } from './shape.ts'

async function lockBook(transaction: Transaction, id: number): Promise<Inventory> {
  const inventory = (await lockInventory(transaction, [id])).get(id)
  if (!inventory) throw noSuchBook(id)
  return inventory
}

async function setLowStock(
  transaction: Transaction,
  { product_id: id, quantity, low_stock: before }: Inventory,
  after: number,
): Promise<void> {
  await transaction('inventory').where('product_id', id).update({ low_stock: after })
  if (quantity > before && quantity <= after) await tellLowStock(transaction, id, quantity, after)
}

/** Errors: 400 `invalid_request`, 404, 409 `isbn_taken`. */
export async function patchBook(
  transaction: Transaction,
  id: number,
  body: Body,
  now: Date,
): Promise<void> {
  const columns = productColumns(body)
  const lowStock = lowStockOf(body)
  if (Object.keys(columns).length === 0 && lowStock === undefined) {
    throw invalid('body', 'nothing to change')
  }
  const inventory = await lockBook(transaction, id)
  if (lowStock !== undefined) await setLowStock(transaction, inventory, lowStock)
  try {
    await transaction('product')
      .where('id', id)
      .update({ ...columns, updated_at: utcText(now) })
  } catch (error) {
    throw explainBook(error)
  }
  if (changesText(columns)) await copyTexts(transaction, [id])
  await tellProduct(transaction, id, 'product.changed')
}

/**
 * Also an unchanged price leaves its row in the history: somebody decided on it. Nobody is told of it.
 */
export async function setPrice(
  transaction: Transaction,
  id: number,
  body: Body,
  changedBy: number,
  now: Date,
): Promise<void> {
  const cents = priceOf(body)
  const reference = optionalReference(body)
  await lockBook(transaction, id)
  if (await isRepeated(transaction, 'price_change', id, reference)) return
  const product = await transaction<{ id: number; price_cents: number }>('product')
    .select('price_cents')
    .where({ id })
    .first()
  if (!product) throw noSuchBook(id)
  const oldCents = product.price_cents
  await transaction('product')
    .where({ id })
    .update({ price_cents: cents, updated_at: utcText(now) })
  await transaction('price_change').insert({
    product_id: id,
    old_cents: oldCents,
    new_cents: cents,
    reference,
    changed_by: changedBy,
    changed_at: utcText(now),
  })
  if (cents === oldCents) return
  await tellPrice(transaction, id, { oldCents, newCents: cents, reference, changedBy })
}

async function isRepeated(
  transaction: Transaction,
  history: 'price_change' | 'stock_movement',
  id: number,
  reference: string | null,
): Promise<boolean> {
  if (reference === null) return false
  const only = history === 'stock_movement' ? { reason: 'adjustment' } : {}
  const found = await transaction(history)
    .select('id')
    .where({ reference, product_id: id, ...only })
    .first()
  return found !== undefined
}

/** Errors: 400 `invalid_request`, 404, 409 `stock_negative` with `book_id`. */
export async function adjustStock(
  transaction: Transaction,
  id: number,
  body: Body,
  now: Date,
): Promise<void> {
  const delta = whole(body, 'delta', -1_000_000, 1_000_000)
  if (delta === 0) throw invalid('delta', 'not 0')
  const reference = optionalReference(body)
  const inventory = await lockBook(transaction, id)
  if (await isRepeated(transaction, 'stock_movement', id, reference)) return
  if (inventory.quantity + delta < 0) {
    throw new ApiError(409, 'stock_negative', 'There are not that many copies', {
      details: { book_id: id },
    })
  }
  await moveStock(transaction, id, delta, 'adjustment', reference ?? `adjust:${id}`, now)
}

/**
 * 409 `book_has_orders` when it was ever sold or reserved: an order speaks of it. This is what keeps
 * the old shop's order lines whole, whose foreign key cannot reach this database.
 */
export async function deleteBook(transaction: Transaction, id: number): Promise<void> {
  const inventory = await lockBook(transaction, id)
  const reserved = await transaction('reservation')
    .select('order_ref')
    .where('product_id', id)
    .first()
  if (inventory.sold > 0 || reserved !== undefined) {
    throw new ApiError(409, 'book_has_orders', 'The book was ordered and must stay', {
      details: { book_id: id },
    })
  }
  await transaction('inventory').where('product_id', id).delete()
  await transaction('product').where({ id }).delete()
  await forgetText(transaction, id)
  await forgetCover(transaction, id)
  await tellProductDeleted(transaction, id)
}
