/**
 * All that a refusal must not have touched: the ledger, triggers, the toolkit's tables and the
 * domain's own on both servers, connectors and topics. Compared as a whole, before and after.
 */
import { openKafka } from '@matapalo/cdc/feed'
import { domainTopic } from '@matapalo/cdc/names'
import { historyTopic } from '@matapalo/cdc/topics'
import type { Side } from '@matapalo/core'
import { type Db, silentLog } from '@matapalo/runtime'
import type { Rig } from './rig.ts'

/** Tables of the ledger that live on by themselves, or tell of the refusal. */
const moving = "'audit', 'lease', 'edge'"
const sides: readonly Side[] = ['monolith', 'service']

export type Snapshot = Readonly<Record<string, unknown>>

async function tablesOf(db: Db, schema: string): Promise<Snapshot> {
  const found = await db.query(
    `SELECT TABLE_NAME AS name FROM information_schema.TABLES
     WHERE TABLE_SCHEMA = ${schema} AND TABLE_NAME NOT IN (${moving}) ORDER BY TABLE_NAME`,
  )
  const rows: Record<string, unknown> = {}
  for (const { name } of found) rows[String(name)] = await db.query(`SELECT * FROM \`${name}\``)
  return rows
}

async function sideOf(root: Db, conductor: Db): Promise<Snapshot> {
  return {
    triggers: await root.query(
      `SELECT TRIGGER_SCHEMA, EVENT_OBJECT_TABLE, TRIGGER_NAME, ACTION_STATEMENT
       FROM information_schema.TRIGGERS ORDER BY 1, 2, 3`,
    ),
    columns: await root.query(
      `SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, COLUMN_TYPE FROM information_schema.COLUMNS
       WHERE TABLE_SCHEMA IN ('bookshop', 'catalog', 'matapalo') ORDER BY 1, 2, ORDINAL_POSITION`,
    ),
    toolkit: await tablesOf(conductor, "'matapalo'"),
  }
}

export async function snapshot(
  rig: Rig,
  root: Readonly<Record<Side, Db>>,
  domain: string,
): Promise<Snapshot> {
  const connect = await fetch(`${rig.stack.urls.connect}/connectors?expand=info`)
  const kafka = openKafka([rig.stack.urls.kafka ?? ''], silentLog, 'snapshot')
  try {
    const topics = sides.flatMap((side) => [domainTopic(side, domain), historyTopic(side)])
    return {
      ledger: await tablesOf(rig.ledger, 'DATABASE()'),
      monolith: await sideOf(root.monolith, rig.conductor.monolith),
      service: await sideOf(root.service, rig.conductor.service),
      connectors: await connect.json(),
      topics: await Promise.all(
        topics.map(async (topic) => ({ topic, exists: await kafka.topicExists(topic) })),
      ),
    }
  } finally {
    await kafka.close()
  }
}
