/**
 * A small seeded shop on a real MariaDB, and clients that speak to it.
 *
 * @module
 */

import { sharedStack } from '../../../scripts/src/stack/testing.ts'
import { readConfig, type ShopConfig } from '../../src/config.ts'
import { type Database, openDatabase } from '../../src/database.ts'
import { logTo } from '../../src/log.ts'
import { openLoader } from '../../src/seed/load.ts'
import { seed } from '../../src/seed/seed.ts'
import { type StockWay, setStockWay } from '../../src/settings.ts'
import { type OpenShop, openShop } from '../../src/shop.ts'

export interface Answer {
  readonly status: number
  // The tests look into answers of many shapes; each expectation says what it finds.
  readonly json: Record<string, unknown>
}
export interface Client {
  call(method: string, path: string, body?: unknown): Promise<Answer>
  page(
    path: string,
    form?: Readonly<Record<string, string>>,
  ): Promise<{ status: number; html: string }>
}

logTo(() => {})

export async function databaseUrl(): Promise<string> {
  const { urls } = await sharedStack('monolith-db')
  const url = urls['monolith-db.bookshop_ddl']
  if (url === undefined) throw new Error('the stack gives no account bookshop_ddl')
  return url
}

export async function seededDatabase(): Promise<Database> {
  const url = await databaseUrl()
  const loader = await openLoader(url)
  try {
    const sizes = { books: 400, users: 100, orders: 50, catalogue: null }
    if (await loader.isEmpty('users')) await seed(loader, sizes, null)
  } finally {
    await loader.close()
  }
  return openDatabase(url, 'America/Bogota', 4)
}

export async function shopConfig(env: Readonly<Record<string, string>> = {}): Promise<ShopConfig> {
  return readConfig({
    DATABASE_URL: await databaseUrl(),
    PORT: '0',
    SHOP_JOB_INTERVAL_MS: '0',
    ...env,
  })
}

export async function openTestShop(
  env: Readonly<Record<string, string>> = {},
  way: StockWay = 'transaction',
): Promise<OpenShop> {
  const open = await openShop(await shopConfig(env))
  await setStockWay(open.shop.db, way)
  return open
}

export async function client(port: number, email?: string, password?: string): Promise<Client> {
  const base = `http://127.0.0.1:${port}`
  let cookie = ''
  if (email !== undefined) {
    const response = await fetch(`${base}/api/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password }),
    })
    cookie = response.headers.get('set-cookie')?.split(';')[0] ?? ''
    await response.body?.cancel()
  }
  return {
    async call(method, path, body) {
      const response = await fetch(base + path, {
        method,
        headers: { cookie, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await response.text()
      return { status: response.status, json: text === '' ? {} : JSON.parse(text) }
    },
    async page(path, form) {
      const response = await fetch(base + path, {
        redirect: 'manual',
        headers: { cookie },
        ...(form ? { method: 'POST', body: new URLSearchParams(form) } : {}),
      })
      return { status: response.status, html: await response.text() }
    },
  }
}

export const customer = (port: number, number: number): Promise<Client> =>
  client(port, `customer${number}@bookshop.test`, `secret-${number}`)
export const staff = (port: number): Promise<Client> =>
  client(port, 'staff1@bookshop.test', 'secret-1')

let made = 0
/** A new book with so many copies. */
export async function newBook(port: number, stock: number, price = '10.00'): Promise<number> {
  made += 1
  const number = made
  const { json } = await (await staff(port)).call('POST', '/api/books', {
    title: `Test book ${number}`,
    author: 'Tester',
    price,
    stock,
    reference: `book-${process.pid}-${number}-${Date.now()}`,
  })
  return Number(json.id)
}

export const orderBody = (reference: string) => ({
  reference,
  shipping: { name: 'Ana', street: 'Calle 1', city: 'Bogotá', country: 'CO' },
  payment: { method: 'card', card_last4: '4242' },
})

/** Stock, sold copies and the sum of the movements since the book was made. */
export async function shelfOf(db: Database, book: number) {
  const rows = await db.query<{ stock: number; sold: number; moved: string }>(
    `SELECT stock, sold, (SELECT COALESCE(SUM(delta), 0) FROM stock_movements m
       WHERE m.book_id = b.id) AS moved FROM books b WHERE id = ?`,
    [book],
  )
  const row = rows[0]
  return { stock: row?.stock, sold: row?.sold, moved: Number(row?.moved) }
}
