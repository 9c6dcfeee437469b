/**
 * Stock changes in one way only: lock the inventory rows in key order, change the quantity, write one
 * movement that says why, and tell it.
 *
 * @module
 */
import type { Transaction } from '@bookshop/kit/database'
import { utcText } from '@bookshop/kit/instants'
import { tellLowStock, tellStock } from './events.ts'

export type MovementReason = 'sale' | 'release' | 'restock' | 'adjustment' | 'expiry'

export interface Inventory {
  readonly product_id: number
  readonly quantity: number
  readonly low_stock: number
  readonly sold: number
}

/** Ascending ids, each once: the order in which every transaction takes its locks. */
export const inKeyOrder = (ids: Iterable<number>): number[] =>
  [...new Set(ids)].sort((a, b) => a - b)

/** Locks the rows until the transaction ends; products that do not exist are missing from the map. */
export async function lockInventory(
  transaction: Transaction,
  productIds: Iterable<number>,
): Promise<ReadonlyMap<number, Inventory>> {
  const rows = await transaction<Inventory>('inventory')
    .select('product_id', 'quantity', 'low_stock', 'sold')
    .whereIn('product_id', inKeyOrder(productIds))
    .orderBy('product_id')
    .forUpdate()
  return new Map(rows.map((row) => [row.product_id, row]))
}

/**
 * The caller holds the lock and has checked that the stock suffices. The book counts as updated, as it
 * always did in the shop.
 */
export async function moveStock(
  transaction: Transaction,
  productId: number,
  delta: number,
  reason: MovementReason,
  reference: string,
  now: Date,
): Promise<void> {
  await transaction('inventory').where('product_id', productId).increment('quantity', delta)
  await touchProduct(transaction, productId, now)
  await recordMovement(transaction, productId, delta, reason, reference, now)
  await tellMovement(transaction, productId, { delta, reason, reference })
}

async function tellMovement(
  transaction: Transaction,
  productId: number,
  movement: { readonly delta: number; readonly reason: MovementReason; readonly reference: string },
): Promise<void> {
  const row = await transaction<Inventory>('inventory')
    .select('quantity', 'low_stock')
    .where('product_id', productId)
    .first()
  if (!row) throw new TypeError('stock of a book that is not there')
  const { quantity: stock, low_stock } = row
  await tellStock(transaction, productId, { ...movement, stock })
  if (stock <= low_stock && stock - movement.delta > low_stock) {
    await tellLowStock(transaction, productId, stock, low_stock)
  }
}

export async function recordMovement(
  transaction: Transaction,
  productId: number,
  delta: number,
  reason: MovementReason,
  reference: string,
  now: Date,
): Promise<void> {
  await transaction('stock_movement').insert({
    product_id: productId,
    delta,
    reason,
    reference,
    created_at: utcText(now),
  })
}

export const touchProduct = (transaction: Transaction, productId: number, now: Date) =>
  transaction('product')
    .where('id', productId)
    .update({ updated_at: utcText(now) })
