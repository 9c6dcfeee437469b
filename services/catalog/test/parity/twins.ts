/**
 * The old shop and the service side by side on one set of rows: the shop is seeded, its rows are
 * copied by plain SQL, and each request is asked of both.
 *
 * @module
 */

import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type Database, openDatabase } from '@bookshop/kit/database'
import type { Stack } from '../../../../scripts/src/stack/index.ts'
import type { Answer } from '../../../kit/test/compare.ts'
import { runApp } from '../running.ts'
import type { Caller, Case } from './cases.ts'

export interface Twins {
  readonly shop: Database
  readonly catalog: Database
  ask(one: Case): Promise<{ readonly shop: Answer; readonly catalog: Answer }>
  stop(): Promise<void>
}

const utc = (column: 'created' | 'updated' | 'changed' | 'expires'): string =>
  `CONVERT_TZ(${column}, 'America/Bogota', '+00:00') AS ${column}_at`

const cents = (column: string, name: string): string => `CAST(${column} * 100 AS SIGNED) AS ${name}`

const stampsOf = `${utc('created')}, ${utc('updated')}`

/** Target table and the rows of the shop that belong there. Parents first. */
export const copies: readonly (readonly [table: string, select: string])[] = [
  [
    'category',
    "SELECT id, parent_id, name, slug, position, visible = 'Y' AS visible FROM categories ORDER BY id",
  ],
  [
    'product',
    `SELECT id, isbn, title, author, description, category_id, ${cents('price', 'price_cents')},
       ELT(FIELD(status, 'A', 'D', 'P'), 'active', 'discontinued', 'preorder') AS status,
       is_featured AS featured, attributes, published, weight_g, cover_url, reference, ${stampsOf}
     FROM books ORDER BY id`,
  ],
  [
    'inventory',
    'SELECT id AS product_id, stock AS quantity, low_stock, sold FROM books ORDER BY id',
  ],
  [
    'price_change',
    `SELECT id, book_id AS product_id, ${cents('old_price', 'old_cents')},
       ${cents('new_price', 'new_cents')}, reference, changed_by, ${utc('changed')}
     FROM price_changes ORDER BY id`,
  ],
  [
    'stock_movement',
    `SELECT id, book_id AS product_id, delta,
       ELT(reason, 'sale', 'release', 'restock', 'adjustment', 'expiry') AS reason, reference,
       ${utc('created')}
     FROM stock_movements ORDER BY id`,
  ],
  [
    'reservation',
    `SELECT order_ref, book_id AS product_id, quantity,
       ELT(state + 1, 'reserved', 'confirmed', 'cancelled', 'expired') AS state,
       ${utc('expires')}, ${stampsOf}
     FROM stock_reservations ORDER BY order_ref, book_id`,
  ],
]

type Row = Record<string, unknown>

/** The shop's rows of one target table, as the service would store them. */
export async function shopRows(shop: Database, select: string): Promise<Row[]> {
  const [rows] = (await shop.raw(select)) as [Row[]]
  return rows
}

const seedProgram = fileURLToPath(new URL('../../../../monolith/src/seed/main.ts', import.meta.url))

async function cookieOf(url: string, email: string, password: string): Promise<string> {
  const response = await fetch(`${url}/api/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  })
  const cookie = response.headers.get('set-cookie')?.split(';')[0]
  if (response.status !== 200 || !cookie) throw new Error(`login: ${response.status}`)
  return cookie
}

async function answerOf(url: string, one: Case, headers: Record<string, string>): Promise<Answer> {
  const body = one.body === undefined ? {} : { body: JSON.stringify(one.body) }
  const type = one.body === undefined ? {} : { 'content-type': 'application/json' }
  const response = await fetch(`${url}${one.path}`, {
    method: one.method,
    headers: { ...headers, ...type },
    ...body,
  })
  const text = await response.text()
  const json: unknown = text === '' ? null : JSON.parse(text)
  return { status: response.status, type: response.headers.get('content-type'), json }
}

export async function startTwins(stack: Stack, seed: readonly string[]): Promise<Twins> {
  const url = (name: string): string => stack.urls[name] ?? ''
  execFileSync(process.execPath, [seedProgram, ...seed], {
    env: { ...process.env, DATABASE_URL: url('monolith-db.bookshop_ddl') },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const shop = openDatabase(new URL(url('monolith-db.bookshop_ddl')), 2)
  const catalog = openDatabase(new URL(url('services-db.catalog')), 8)
  for (const [table, select] of copies) {
    await catalog.batchInsert(table, await shopRows(shop, select), 200)
  }

  const service = await runApp(catalog)
  const monolithUrl = url('monolith')
  const cookies: Readonly<Record<Caller, string>> = {
    nobody: '',
    customer: await cookieOf(monolithUrl, 'customer1@bookshop.test', 'secret-1'),
    staff: await cookieOf(monolithUrl, 'staff1@bookshop.test', 'secret-1'),
  }
  const identityOf = async (caller: Caller): Promise<Record<string, string>> => {
    if (caller === 'nobody') return {}
    const roles = caller === 'staff' ? ['staff'] : []
    return { 'x-matapalo-identity': await service.identity(...roles) }
  }
  return {
    shop,
    catalog,
    ask: async (one) => ({
      shop: await answerOf(monolithUrl, one, { cookie: cookies[one.as] }),
      catalog: await answerOf(service.url, one, await identityOf(one.as)),
    }),
    stop: async () => {
      await service.stop()
      await Promise.all([shop.destroy(), catalog.destroy()])
    },
  }
}
