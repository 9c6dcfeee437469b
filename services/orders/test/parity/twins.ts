/**
 * The old shop and the service side by side on one set of rows: the shop is seeded, its rows are
 * copied by plain SQL, and each request is asked of both. The service asks the real catalog service,
 * which has a copy of the same shelves.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type Database, openDatabase } from '@bookshop/kit/database'
import type { Stack } from '../../../../scripts/src/stack/index.ts'
import { copies as catalogCopies } from '../../../catalog/test/parity/twins.ts'
import { signatureHeader, signatureOf } from '../../src/providers/signature.ts'
import { type CatalogBeside, catalogBeside } from '../catalogBeside.ts'
import { runApp, secret } from '../running.ts'
import { openStore } from '../store.ts'
import type { Caller, Case } from './cases.ts'
import { copies } from './copies.ts'

export interface Answer {
  readonly status: number
  readonly type: string | null
  readonly json: unknown
}

export interface Twins {
  readonly shop: Database
  readonly orders: Database
  readonly idOf: Readonly<Record<Caller, number>>
  ask(one: Case): Promise<{ readonly shop: Answer; readonly service: Answer }>
  stop(): Promise<void>
}

type Row = Record<string, unknown>

/** The shop's rows of one target table, as the service would store them. */
export async function shopRows(shop: Database, select: string): Promise<Row[]> {
  const [rows] = (await shop.raw(select)) as [Row[]]
  return rows
}

const seedProgram = fileURLToPath(new URL('../../../../monolith/src/seed/main.ts', import.meta.url))

interface Login {
  readonly cookie: string
  readonly id: number
}

async function login(url: string, email: string, password: string): Promise<Login> {
  const response = await fetch(`${url}/api/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  })
  const cookie = response.headers.get('set-cookie')?.split(';')[0]
  if (response.status !== 200 || !cookie) throw new Error(`login: ${response.status}`)
  const session = await fetch(`${url}/api/session`, { headers: { cookie } })
  const { user } = (await session.json()) as { user: { id: number } }
  return { cookie, id: user.id }
}

async function answerOf(url: string, one: Case, headers: Record<string, string>): Promise<Answer> {
  const body = one.body === undefined ? {} : { body: JSON.stringify(one.body) }
  const type = one.body === undefined ? {} : { 'content-type': 'application/json' }
  const signature = one.signed ? { [signatureHeader]: signatureOf(secret, one.body) } : {}
  const response = await fetch(`${url}${one.path}`, {
    method: one.method,
    headers: { ...type, ...headers, ...signature, ...one.headers },
    ...body,
  })
  const text = await response.text()
  const json: unknown = text === '' ? null : JSON.parse(text)
  return { status: response.status, type: response.headers.get('content-type'), json }
}

async function copyShelves(shop: Database, beside: CatalogBeside): Promise<void> {
  for (const [table, select] of catalogCopies) {
    await beside.database.batchInsert(table, await shopRows(shop, select), 200)
  }
}

export async function startTwins(stack: Stack, seed: readonly string[]): Promise<Twins> {
  const url = (name: string): string => stack.urls[name] ?? ''
  execFileSync(process.execPath, [seedProgram, ...seed], {
    env: { ...process.env, DATABASE_URL: url('monolith-db.bookshop_ddl') },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const shop = openDatabase(new URL(url('monolith-db.bookshop_ddl')), 2)
  await shop('settings').where('name', 'checkout.stock').update({ value: 'reservations' })
  // Few enough to run out.
  await shop('books').where('id', 11).update({ stock: 40 })
  const beside = await catalogBeside(stack)
  await copyShelves(shop, beside)
  const store = await openStore(stack)
  for (const [table, select] of copies) {
    await store.database.batchInsert(table, await shopRows(shop, select), 200)
  }

  const service = await runApp({ database: store.database, catalog: beside.catalog })
  const monolithUrl = url('monolith')
  const one = await login(monolithUrl, 'customer1@bookshop.test', 'secret-1')
  const two = await login(monolithUrl, 'customer2@bookshop.test', 'secret-2')
  const clerk = await login(monolithUrl, 'staff1@bookshop.test', 'secret-1')
  const logins: Readonly<Record<Caller, Login>> = {
    nobody: { cookie: '', id: 0 },
    customer: one,
    other: two,
    staff: clerk,
  }
  const identityOf = async (caller: Caller): Promise<Record<string, string>> => {
    if (caller === 'nobody') return {}
    const roles = caller === 'staff' ? ['staff'] : []
    return { 'x-matapalo-identity': await service.identity({ id: logins[caller].id, roles }) }
  }
  return {
    shop,
    orders: store.database,
    idOf: { nobody: 0, customer: one.id, other: two.id, staff: clerk.id },
    ask: async (request) => ({
      shop: await answerOf(monolithUrl, request, { cookie: logins[request.as].cookie }),
      service: await answerOf(service.url, request, await identityOf(request.as)),
    }),
    stop: async () => {
      await service.stop()
      await beside.stop()
      await Promise.all([shop.destroy(), store.close()])
    },
  }
}
