/**
 * The old shop and the service side by side on one set of rows: the shop is seeded, its rows are copied
 * by plain SQL, and each request is asked of both. For the service the shop also plays the neighbours:
 * orders and books are asked for there, with the caller's own cookie.
 *
 * @module
 */

import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { serviceClient } from '@bookshop/kit/client'
import { type Database, openDatabase } from '@bookshop/kit/database'
import type { Stack } from '../../../../scripts/src/stack/index.ts'
import type { Answer } from '../../../kit/test/compare.ts'
import { booksAt } from '../../src/neighbours/books.ts'
import { ordersAt } from '../../src/neighbours/orders.ts'
import { fakeNeighbours } from '../neighbours.ts'
import { type Person, runApp } from '../running.ts'
import { openStore, type Store } from '../store.ts'
import type { Caller, Case } from './cases.ts'

export interface Twins {
  readonly shop: Database
  readonly store: Store
  /** What `{name}` stands for. */
  readonly names: Map<string, string>
  ask(one: Case): Promise<{ readonly shop: Answer; readonly service: Answer }>
  stop(): Promise<void>
}

const utc = (column: 'created' | 'updated'): string =>
  `CONVERT_TZ(${column}, 'America/Bogota', '+00:00') AS ${column}_at`

/** Target table and the rows of the shop that belong there. Parents first. */
export const copies: readonly (readonly [table: string, select: string])[] = [
  [
    'ticket',
    `SELECT id, reference, user_id, order_id, subject,
       ELT(status + 1, 'open', 'answered', 'closed') AS status, urgent = 'Y' AS urgent,
       ${utc('created')}, ${utc('updated')} FROM tickets ORDER BY id`,
  ],
  [
    'ticket_message',
    `SELECT id, ticket_id, user_id, reference, from_staff, body, ${utc('created')}
     FROM ticket_messages ORDER BY id`,
  ],
  [
    'return_request',
    `SELECT id, reference, user_id, order_id, line, quantity, reason,
       ELT(status + 1, 'asked', 'accepted', 'refused', 'refunded') AS status, ${utc('created')}
     FROM returns ORDER BY id`,
  ],
  [
    'complaint',
    `SELECT id, reference, user_id, order_id, body, resolved = 'Y' AS resolved, ${utc('created')}
     FROM complaints ORDER BY id`,
  ],
  [
    'feedback',
    `SELECT id, reference, user_id, book_id, rating, body, ${utc('created')} FROM feedback ORDER BY id`,
  ],
]

type Row = Record<string, unknown>

/** The shop's rows of one target table, as the service would store them. */
export async function shopRows(shop: Database, select: string): Promise<Row[]> {
  const [rows] = (await shop.raw(select)) as [Row[]]
  return rows
}

const seedProgram = fileURLToPath(new URL('../../../../monolith/src/seed/main.ts', import.meta.url))

async function sessionOf(url: string, email: string, password: string) {
  const response = await fetch(`${url}/api/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  })
  const cookie = response.headers.get('set-cookie')?.split(';')[0]
  if (response.status !== 200 || !cookie) throw new Error(`login: ${response.status}`)
  const session = await fetch(`${url}/api/session`, { headers: { cookie } })
  const { user } = (await session.json()) as { user: Person }
  return { cookie, person: { id: user.id, roles: user.roles, name: user.name ?? '' } }
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

/** Rows that a seed does not make: every status and flag that a backfill may meet. */
async function addPast(shop: Database, userId: number, orderId: number): Promise<void> {
  const at = '2024-02-29 23:59:59'
  for (const status of [0, 1, 2]) {
    const [done] = (await shop.raw(
      'INSERT INTO tickets (user_id, order_id, subject, status, urgent, created, updated) VALUES (?, ?, ?, ?, ?, ?, ?)',
      [userId, orderId, `Past ${status}`, status, status === 1 ? 'Y' : 'N', at, at],
    )) as [{ insertId: number }]
    await shop.raw(
      'INSERT INTO ticket_messages (ticket_id, user_id, from_staff, body, created) VALUES (?, ?, ?, ?, ?)',
      [done.insertId, userId, status === 1 ? 1 : 0, 'words', at],
    )
  }
  for (const status of [0, 1, 2, 3]) {
    await shop.raw(
      'INSERT INTO returns (user_id, order_id, line, quantity, reason, status, created) VALUES (?, ?, 1, 1, ?, ?, ?)',
      [userId, orderId, 'past', status, at],
    )
  }
  await shop.raw(
    "INSERT INTO complaints (user_id, body, resolved, created) VALUES (?, 'past', 'Y', ?)",
    [userId, at],
  )
}

export async function startTwins(stack: Stack, seed: readonly string[]): Promise<Twins> {
  const shopUrl = stack.urls['monolith-db.bookshop_ddl'] ?? ''
  execFileSync(process.execPath, [seedProgram, ...seed], {
    env: { ...process.env, DATABASE_URL: shopUrl },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const url = stack.urls.monolith ?? ''
  const sessions = {
    customer: await sessionOf(url, 'customer1@bookshop.test', 'secret-1'),
    other: await sessionOf(url, 'customer2@bookshop.test', 'secret-2'),
    staff: await sessionOf(url, 'staff1@bookshop.test', 'secret-1'),
  }
  const shop = openDatabase(new URL(shopUrl), 2)
  const mine = sessions.customer.person.id
  const orders = await shop('orders').orderBy('id').select('id', 'user_id')
  const order = orders.find(({ user_id }) => user_id === mine)?.id
  const foreign = orders.find(({ user_id }) => user_id !== mine)?.id
  if (order === undefined || foreign === undefined) throw new Error('the seed has too few orders')
  await addPast(shop, mine, order)

  const store = await openStore(stack)
  for (const [table, select] of copies) {
    await store.database.batchInsert(table, await shopRows(shop, select), 200)
  }
  const client = serviceClient({ service: 'the shop', url, timeoutMs: 10_000 })
  const service = await runApp({
    ...fakeNeighbours(),
    orders: ordersAt(client, client),
    books: booksAt(client),
    database: store.database,
  })
  const headersFor = async (caller: Caller): Promise<Record<string, string>> => {
    if (caller === 'nobody') return {}
    const { cookie, person } = sessions[caller]
    return { cookie, 'x-matapalo-identity': await service.identity(person) }
  }
  return {
    shop,
    store,
    names: new Map([
      ['order', String(order)],
      ['foreign', String(foreign)],
    ]),
    ask: async (one) => {
      const headers = await headersFor(one.as)
      const cookie = headers.cookie === undefined ? {} : { cookie: headers.cookie }
      return {
        shop: await answerOf(url, one, cookie),
        service: await answerOf(service.url, one, headers),
      }
    },
    stop: async () => {
      await service.stop()
      await Promise.all([shop.destroy(), store.close()])
    },
  }
}
