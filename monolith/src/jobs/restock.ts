/** Orders more copies of the books that run low, by SQL, a few at a time. */
import { lockBooks, moveStock, reasons } from '../catalog/shelf.ts'
import type { Database } from '../database.ts'

export const restockBatch = 5
export const restockCopies = 25

export async function restock(db: Database, run: string): Promise<number> {
  const low = await db.query<{ id: number }>(
    `SELECT id FROM books WHERE stock < 1000 AND stock < low_stock AND status = 'A'
     ORDER BY stock, id LIMIT ?`,
    [restockBatch],
  )
  if (low.length === 0) return 0
  const ids = low.map((row) => row.id).sort((a, b) => a - b)
  return db.transaction(async (sql) => {
    const books = await lockBooks(sql, ids)
    for (const id of books.keys()) {
      await moveStock(sql, id, restockCopies, reasons.restock, `job:${run}:${id}`)
    }
    return books.size
  })
}
