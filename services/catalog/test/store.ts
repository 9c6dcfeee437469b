/**
 * The service's schema on a real server. Events are seen by a trigger on the outbox, whose rows never
 * stay.
 *
 * @module
 */
import { type Database, openDatabase } from '@bookshop/kit/database'
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
  /** May do everything, also fence. */
  readonly root: Database
  /** Events of this topic and key, oldest first, all as asyncapi.yaml describes them. */
  events(topic: 'product' | 'category', key: string): Promise<readonly SeenEvent[]>
  close(): Promise<void>
}

export async function openStore(stack: Stack): Promise<Store> {
  const rootUrl = new URL(stack.urls['services-db.root'] ?? '')
  rootUrl.pathname = '/catalog'
  const root = openDatabase(rootUrl, 4)
  await root.raw(
    'CREATE TABLE IF NOT EXISTS seen_event (n INT AUTO_INCREMENT PRIMARY KEY, aggregatetype VARCHAR(40), id CHAR(36), type VARCHAR(60), aggregateid VARCHAR(80), payload LONGTEXT)',
  )
  await root.raw(
    'CREATE OR REPLACE TRIGGER seen_event AFTER INSERT ON outbox FOR EACH ROW INSERT INTO seen_event (aggregatetype, id, type, aggregateid, payload) VALUES (NEW.aggregatetype, NEW.id, NEW.type, NEW.aggregateid, NEW.payload)',
  )
  const database = openDatabase(new URL(stack.urls['services-db.catalog'] ?? ''), 12)
  return {
    database,
    root,
    async events(topic, key) {
      const rows: { id: string; type: string; aggregateid: string; payload: string }[] = await root(
        'seen_event',
      )
        .where({ aggregatetype: topic, aggregateid: key })
        .orderBy('n')
      return asDescribed(
        rows.map((row) => ({
          id: row.id,
          aggregate: topic,
          type: row.type,
          key: row.aggregateid,
          payload: JSON.parse(row.payload) as SeenEvent['payload'],
        })),
      )
    },
    async close() {
      await Promise.all([database.destroy(), root.destroy()])
    },
  }
}

const owned = ['inventory', 'reservation', 'stock_movement', 'product'] as const
const writes = ['INSERT', 'UPDATE', 'DELETE'] as const

/** As while another store owns the tables: every write of them is refused. */
export async function fence(root: Database): Promise<void> {
  for (const table of owned) {
    for (const write of writes) {
      await root.raw(
        `CREATE OR REPLACE TRIGGER fence_${table}_${write} BEFORE ${write} ON ${table} FOR EACH ROW
           SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'fenced'`,
      )
    }
  }
}

export async function lift(root: Database): Promise<void> {
  for (const table of owned) {
    for (const write of writes) await root.raw(`DROP TRIGGER IF EXISTS fence_${table}_${write}`)
  }
}

export async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20))
}
