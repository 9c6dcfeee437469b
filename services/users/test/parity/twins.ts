/**
 * The old shop and the users service side by side, with the same accounts, roles and sessions in both:
 * a cookie of one is a cookie of the other.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type Database, openDatabase } from '@bookshop/kit/database'
import type { Stack } from '../../../../scripts/src/stack/index.ts'
import { type Rig, startRig } from '../support/rig.ts'
import type { Caller, Case } from './cases.ts'

export interface Answer {
  readonly status: number
  readonly type: string | null
  readonly cookie: string | null
  readonly json: unknown
}

export interface Twins {
  readonly shop: Database
  readonly rig: Rig
  ask(one: Case): Promise<{ readonly shop: Answer; readonly users: Answer }>
  stop(): Promise<void>
}

const utc = (column: string, name: string): string =>
  `CONVERT_TZ(${column}, 'America/Bogota', '+00:00') AS ${name}`

/** Target table and the rows of the shop that belong there. Parents first. */
export const copies: readonly (readonly [table: string, select: string])[] = [
  [
    'account',
    `SELECT id, email, name, salt AS legacy_salt, password_hash AS legacy_hash, phone, street, city,
       postcode, country, active = 'Y' AS active, ${utc('created', 'created_at')},
       ${utc('updated', 'updated_at')} FROM users ORDER BY id`,
  ],
  [
    'preferences',
    "SELECT id AS user_id, newsletter = 'Y' AS newsletter, prefs FROM users ORDER BY id",
  ],
  [
    'user_role',
    `SELECT user_id, role, ${utc('granted', 'granted_at')} FROM user_roles ORDER BY user_id, role`,
  ],
  [
    'session',
    `SELECT token, user_id, ${utc('created', 'created_at')}, ${utc('last_login', 'last_login_at')},
       ${utc('expires', 'expires_at')}, user_agent FROM sessions ORDER BY token`,
  ],
]

type Row = Record<string, unknown>

export async function shopRows(shop: Database, select: string): Promise<Row[]> {
  const [rows] = (await shop.raw(select)) as [Row[]]
  return rows
}

const seedProgram = fileURLToPath(new URL('../../../../monolith/src/seed/main.ts', import.meta.url))

/** Its attributes, without the value and what the clock says. */
const shapeOf = (line: string | undefined): string | null =>
  line?.replace(/^sid=[^;]+/, 'sid=…').replace(/(Expires=(?!Thu, 01 Jan 1970))[^;]+/, '$1…') ?? null

export async function startTwins(stack: Stack): Promise<Twins> {
  const url = (name: string): string => stack.urls[name] ?? ''
  execFileSync(
    process.execPath,
    [seedProgram, '--books', '20', '--users', '100', '--orders', '0'],
    {
      env: { ...process.env, DATABASE_URL: url('monolith-db.bookshop_ddl') },
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  )
  const shop = openDatabase(new URL(url('monolith-db.bookshop_ddl')), 2)
  const cookieOf = async (email: string, password: string): Promise<string> => {
    const response = await fetch(`${url('monolith')}/api/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password }),
    })
    return /^sid=([^;]+)/.exec(response.headers.get('set-cookie') ?? '')?.[1] ?? ''
  }
  const shared: Record<string, string> = {
    nobody: '',
    broken: 'not-a-session',
    customer: await cookieOf('customer1@bookshop.test', 'secret-1'),
    staff: await cookieOf('staff1@bookshop.test', 'secret-1'),
  }
  const rig = await startRig()
  for (const [table, select] of copies) {
    await rig.database.batchInsert(table, await shopRows(shop, select), 200)
  }
  const own = { shop: '', users: '' }

  const answerOf = async (side: 'shop' | 'users', one: Case): Promise<Answer> => {
    const cookie = one.as === 'new' ? own[side] : shared[one.as]
    const body = one.raw?.text ?? (one.body === undefined ? undefined : JSON.stringify(one.body))
    const type = one.raw?.type ?? 'application/json'
    const home = side === 'shop' ? url('monolith') : rig.url
    const response = await fetch(`${home}${one.path}`, {
      method: one.method,
      headers: {
        ...(cookie ? { cookie: `sid=${cookie}` } : {}),
        ...(body === undefined ? {} : { 'content-type': type }),
      },
      ...(body === undefined ? {} : { body }),
    })
    const text = await response.text()
    const [line] = response.headers.getSetCookie()
    if (one.path === '/api/register' && line) own[side] = /^sid=([^;]+)/.exec(line)?.[1] ?? ''
    return {
      status: response.status,
      type: response.headers.get('content-type'),
      cookie: shapeOf(line),
      json: text === '' ? null : JSON.parse(text),
    }
  }
  return {
    shop,
    rig,
    ask: async (one) => ({
      shop: await answerOf('shop', one),
      users: await answerOf('users', one),
    }),
    stop: async () => {
      await rig.stop()
      await shop.destroy()
    },
  }
}

export type { Caller }
