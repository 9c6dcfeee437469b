/** Settings kept in the database, so that they can be changed while the shop runs. */
import type { Sql } from './database.ts'

/** `transaction`: the order's transaction takes the stock. `reservations`: the catalogue is asked. */
export type StockWay = 'transaction' | 'reservations'

export async function stockWay(sql: Sql): Promise<StockWay> {
  const rows = await sql.query<{ value: string }>('SELECT value FROM settings WHERE name = ?', [
    'checkout.stock',
  ])
  return rows[0]?.value === 'reservations' ? 'reservations' : 'transaction'
}

export async function setStockWay(sql: Sql, way: StockWay): Promise<void> {
  await sql.run(
    'INSERT INTO settings (name, value) VALUES (?, ?) ON DUPLICATE KEY UPDATE value = ?',
    ['checkout.stock', way, way],
  )
}
