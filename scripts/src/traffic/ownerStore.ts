/**
 * The catalogue's rows in the words of the check, read from whichever database owns them.
 *
 * @module
 */
import type { Side } from '@matapalo/core'
import type { Db } from '@matapalo/runtime'

export interface OwnerStore {
  /** How often each reference stands in the price history. */
  priceReferences(): Promise<ReadonlyMap<string, number>>
  /** How often each `reference/book` stands among the stock movements. */
  movementReferences(): Promise<ReadonlyMap<string, number>>
  /** How often the copies of each `reference/book` were given back because their time ran out. */
  expiries(): Promise<ReadonlyMap<string, number>>
  /** How often each reference stands among the books. */
  bookReferences(): Promise<ReadonlyMap<string, number>>
  bookIds(): Promise<ReadonlySet<number>>
  /** Price as `12.50`, by book, of the given books. */
  prices(ids: readonly number[]): Promise<ReadonlyMap<number, string>>
  /** Stock minus all logged movements, by book: constant as long as nothing is lost or doubled. */
  unexplainedStock(): Promise<ReadonlyMap<number, number>>
}

const sql = {
  monolith: {
    prices:
      'SELECT reference AS k, COUNT(*) AS n FROM price_changes WHERE reference IS NOT NULL GROUP BY reference',
    movements: `SELECT CONCAT(reference, '/', book_id) AS k, COUNT(*) AS n FROM stock_movements GROUP BY reference, book_id`,
    expiries: `SELECT CONCAT(reference, '/', book_id) AS k, COUNT(*) AS n FROM stock_movements
      WHERE reason = 5 AND reference NOT LIKE 'past-%' GROUP BY reference, book_id`,
    books:
      'SELECT reference AS k, COUNT(*) AS n FROM books WHERE reference IS NOT NULL GROUP BY reference',
    ids: 'SELECT id AS k FROM books',
    price: 'SELECT id AS k, CAST(price AS CHAR) AS n FROM books WHERE id IN (?)',
    unexplained: `SELECT b.id AS k, b.stock - COALESCE(m.moved, 0) AS n FROM books b
      LEFT JOIN (SELECT book_id, SUM(delta) AS moved FROM stock_movements GROUP BY book_id) m ON m.book_id = b.id`,
  },
  service: {
    prices:
      'SELECT reference AS k, COUNT(*) AS n FROM price_change WHERE reference IS NOT NULL GROUP BY reference',
    movements: `SELECT CONCAT(reference, '/', product_id) AS k, COUNT(*) AS n FROM stock_movement GROUP BY reference, product_id`,
    expiries: `SELECT CONCAT(reference, '/', product_id) AS k, COUNT(*) AS n FROM stock_movement
      WHERE reason = 'expiry' AND reference NOT LIKE 'past-%' GROUP BY reference, product_id`,
    books:
      'SELECT reference AS k, COUNT(*) AS n FROM product WHERE reference IS NOT NULL GROUP BY reference',
    ids: 'SELECT id AS k FROM product',
    price:
      'SELECT id AS k, CAST(price_cents / 100 AS DECIMAL(12,2)) AS n FROM product WHERE id IN (?)',
    unexplained: `SELECT i.product_id AS k, i.quantity - COALESCE(m.moved, 0) AS n FROM inventory i
      LEFT JOIN (SELECT product_id, SUM(delta) AS moved FROM stock_movement GROUP BY product_id) m ON m.product_id = i.product_id`,
  },
} as const

/** @param db a connection to the owner's schema that may read it */
export function ownerStore(db: Db, side: Side): OwnerStore {
  const text = sql[side]
  const counts = async (statement: string): Promise<Map<string, number>> =>
    new Map((await db.query(statement)).map((row) => [String(row.k), Number(row.n)]))
  return {
    priceReferences: () => counts(text.prices),
    movementReferences: () => counts(text.movements),
    expiries: () => counts(text.expiries),
    bookReferences: () => counts(text.books),
    bookIds: async () => new Set((await db.query(text.ids)).map((row) => Number(row.k))),
    prices: async (ids) => {
      if (ids.length === 0) return new Map()
      const list = ids.map(Number).join(',')
      const rows = await db.query(text.price.replace('?', list))
      return new Map(rows.map((row) => [Number(row.k), String(row.n)]))
    },
    unexplainedStock: async () =>
      new Map((await db.query(text.unexplained)).map((row) => [Number(row.k), Number(row.n)])),
  }
}
