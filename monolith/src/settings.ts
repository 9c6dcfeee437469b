/** Settings kept in the database, so that they can be changed while the shop runs. */
import type { Sql } from './database.ts'

/** The seam's settings, each with its ways; the first is how it always was. */
export const ways = {
  /** `transaction`: the order's transaction takes the stock. `reservations`: the catalogue is asked. */
  'checkout.stock': ['transaction', 'reservations'],
  /** `sql`: the pages' forms write the tables. `api`: they ask the shop's API at its door. */
  'pages.write': ['sql', 'api'],
} as const

export type SettingName = keyof typeof ways
export type Way<Name extends SettingName> = (typeof ways)[Name][number]
export type StockWay = Way<'checkout.stock'>
export type PageWay = Way<'pages.write'>

/** What is not known counts as the first way. */
export async function wayOf<Name extends SettingName>(sql: Sql, name: Name): Promise<Way<Name>> {
  const rows = await sql.query<{ value: string }>('SELECT value FROM settings WHERE name = ?', [
    name,
  ])
  const known: readonly Way<Name>[] = ways[name]
  return known.find((way) => way === rows[0]?.value) ?? (known[0] as Way<Name>)
}

export async function setWay<Name extends SettingName>(
  sql: Sql,
  name: Name,
  way: Way<Name>,
): Promise<void> {
  await sql.run(
    'INSERT INTO settings (name, value) VALUES (?, ?) ON DUPLICATE KEY UPDATE value = ?',
    [name, way, way],
  )
}

export const stockWay = (sql: Sql): Promise<StockWay> => wayOf(sql, 'checkout.stock')
export const setStockWay = (sql: Sql, way: StockWay): Promise<void> =>
  setWay(sql, 'checkout.stock', way)
export const pageWay = (sql: Sql): Promise<PageWay> => wayOf(sql, 'pages.write')
export const setPageWay = (sql: Sql, way: PageWay): Promise<void> => setWay(sql, 'pages.write', way)
