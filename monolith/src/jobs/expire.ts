/** Gives back the copies of reservations that nobody confirmed in time, by SQL. */
import { lockBooks, moveStock, reasons } from '../catalog/shelf.ts'
import type { Database } from '../database.ts'

export const expireBatch = 50
const expired = 3

interface Due {
  readonly order_ref: string
  readonly book_id: number
  readonly quantity: number
}

/** A reservation as a whole, never one of its lines alone. Returns the lines given back. */
async function expireOne(db: Database, orderRef: string): Promise<number> {
  const lines = await db.query<Due>('SELECT book_id FROM stock_reservations WHERE order_ref = ?', [
    orderRef,
  ])
  return db.transaction(async (sql) => {
    const ids = lines.map((line) => line.book_id).sort((a, b) => a - b)
    await lockBooks(sql, ids)
    const due = await sql.query<Due>(
      `SELECT order_ref, book_id, quantity FROM stock_reservations
       WHERE order_ref = ? AND state = 0 AND expires < NOW() ORDER BY book_id FOR UPDATE`,
      [orderRef],
    )
    for (const line of due) {
      await moveStock(sql, line.book_id, line.quantity, reasons.expiry, orderRef)
    }
    if (due.length > 0) {
      await sql.run(
        'UPDATE stock_reservations SET state = ?, updated = NOW() WHERE order_ref = ? AND state = 0',
        [expired, orderRef],
      )
    }
    return due.length
  })
}

export async function expireReservations(db: Database): Promise<number> {
  const due = await db.query<{ order_ref: string }>(
    `SELECT DISTINCT order_ref FROM stock_reservations
     WHERE state = 0 AND expires < NOW() ORDER BY expires LIMIT ?`,
    [expireBatch],
  )
  let rows = 0
  for (const { order_ref } of due) rows += await expireOne(db, order_ref)
  return rows
}
