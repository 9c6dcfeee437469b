/**
 * The service's schema on a real server, used under an account with no more rights than its own: rows of
 * the schema and nothing else. Events are seen by a trigger on the outbox, whose rows never stay.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import { type Database, openDatabase } from '@bookshop/kit/database'
import { migrate } from '../../../migrations/src/run.ts'
import { asDescribed } from '../../../scripts/src/asyncapi/seen.ts'
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
  readonly root: Database
  /** Events since the last look, all as asyncapi.yaml describes them. */
  events(): Promise<readonly SeenEvent[]>
  close(): Promise<void>
}

const rights = 'SELECT, INSERT, UPDATE, DELETE'

async function ownAccount(root: Database, rootUrl: URL): Promise<URL> {
  const password = randomBytes(12).toString('hex')
  await root.raw("CREATE USER IF NOT EXISTS support@'%'")
  await root.raw(`ALTER USER support@'%' IDENTIFIED BY '${password}'`)
  await root.raw(`GRANT ${rights} ON support.* TO support@'%'`)
  const url = new URL(rootUrl)
  url.username = 'support'
  url.password = password
  return url
}

export async function openStore(stack: Stack): Promise<Store> {
  const server = new URL(stack.urls['services-db.root'] ?? '')
  const anywhere = new URL(server)
  anywhere.pathname = '/mysql'
  const first = openDatabase(anywhere, 1)
  await first.raw('CREATE DATABASE IF NOT EXISTS support')
  await first.destroy()

  const rootUrl = new URL(server)
  rootUrl.pathname = '/support'
  await migrate('support', rootUrl.href)
  const root = openDatabase(rootUrl, 4)
  await root.raw(
    'CREATE TABLE IF NOT EXISTS seen_event (n INT AUTO_INCREMENT PRIMARY KEY, id CHAR(36), type VARCHAR(60), aggregateid VARCHAR(80), payload LONGTEXT)',
  )
  await root.raw('DROP TRIGGER IF EXISTS seen_event')
  await root.raw(
    'CREATE TRIGGER seen_event AFTER INSERT ON outbox FOR EACH ROW INSERT INTO seen_event (id, type, aggregateid, payload) VALUES (NEW.id, NEW.type, NEW.aggregateid, NEW.payload)',
  )
  const given = stack.urls['services-db.support']
  const url = given === undefined ? await ownAccount(root, rootUrl) : new URL(given)
  const database = openDatabase(url, 8)
  let seen = 0
  return {
    database,
    url,
    root,
    async events() {
      const rows: { n: number; id: string; type: string; aggregateid: string; payload: string }[] =
        await root('seen_event').where('n', '>', seen).orderBy('n').select()
      seen = rows.at(-1)?.n ?? seen
      return asDescribed(
        rows.map(({ id, type, aggregateid, payload }) => ({
          id,
          aggregate: 'ticket',
          type,
          key: aggregateid,
          payload: JSON.parse(payload) as SeenEvent['payload'],
        })),
      )
    },
    async close() {
      await Promise.all([database.destroy(), root.destroy()])
    },
  }
}
