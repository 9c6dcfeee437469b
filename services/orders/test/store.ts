/**
 * The service's schema on a real server, used under an account with no more rights than its own.
 * Events are seen by a trigger on the outbox, whose rows never stay.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import { type Database, openDatabase } from '@bookshop/kit/database'
import { migrate } from '../../../migrations/src/run.ts'
import type { Stack } from '../../../scripts/src/stack/index.ts'

export interface SeenEvent {
  readonly id: string
  readonly type: string
  readonly key: string
  readonly payload: Readonly<Record<string, unknown>>
}

export interface Store {
  /** As the service uses it. */
  readonly database: Database
  readonly url: URL
  /** May do everything, also fence. */
  readonly root: Database
  /** Events of this aggregate, oldest first. */
  events(key: number | string): Promise<readonly SeenEvent[]>
  close(): Promise<void>
}

async function ownAccount(root: Database, rootUrl: URL): Promise<URL> {
  const password = randomBytes(12).toString('hex')
  await root.raw("CREATE USER IF NOT EXISTS orders@'%'")
  await root.raw(`ALTER USER orders@'%' IDENTIFIED BY '${password}'`)
  await root.raw("GRANT SELECT, INSERT, UPDATE, DELETE ON orders.* TO orders@'%'")
  const url = new URL(rootUrl)
  url.username = 'orders'
  url.password = password
  return url
}

export async function openStore(stack: Stack): Promise<Store> {
  const anywhere = new URL(stack.urls['services-db.root'] ?? '')
  anywhere.pathname = '/mysql'
  const first = openDatabase(anywhere, 1)
  await first.raw('CREATE DATABASE IF NOT EXISTS orders')
  await first.destroy()

  const rootUrl = new URL(anywhere)
  rootUrl.pathname = '/orders'
  await migrate('orders', rootUrl.href)
  const root = openDatabase(rootUrl, 4)
  await root.raw(
    'CREATE TABLE IF NOT EXISTS seen_event (n INT AUTO_INCREMENT PRIMARY KEY, id CHAR(36), type VARCHAR(60), aggregateid VARCHAR(80), payload LONGTEXT)',
  )
  await root.raw('DROP TRIGGER IF EXISTS seen_event')
  await root.raw(
    'CREATE TRIGGER seen_event AFTER INSERT ON outbox FOR EACH ROW INSERT INTO seen_event (id, type, aggregateid, payload) VALUES (NEW.id, NEW.type, NEW.aggregateid, NEW.payload)',
  )
  const given = stack.urls['services-db.orders']
  const url = given === undefined ? await ownAccount(root, rootUrl) : new URL(given)
  const database = openDatabase(url, 12)
  return {
    database,
    url,
    root,
    async events(key) {
      const rows: { id: string; type: string; aggregateid: string; payload: string }[] = await root(
        'seen_event',
      )
        .where('aggregateid', String(key))
        .orderBy('n')
        .select()
      return rows.map(({ id, type, aggregateid, payload }) => ({
        id,
        type,
        key: aggregateid,
        payload: JSON.parse(payload) as SeenEvent['payload'],
      }))
    },
    async close() {
      await Promise.all([database.destroy(), root.destroy()])
    },
  }
}
