/**
 * The services' events: their topics, and the connector that reads the outboxes of the services'
 * server. Made with the stack, since they are the shop's own and outlive a migration.
 *
 * @module
 */
import { type ConnectClient, connectClient } from '@matapalo/cdc/connectors'
import { openKafka } from '@matapalo/cdc/feed'
import { outboxHistoryTopic, renderOutbox } from '@matapalo/cdc/outbox'
import { createLog, openDb } from '@matapalo/runtime'
import { serviceSchemas } from './accounts.ts'
import type { ComponentName, Places } from './component.ts'
import { databaseUrl, httpUrl, kafkaBrokers } from './components/urls.ts'
import { untilStreaming } from './streaming.ts'

/** Components that write events. */
export const eventful: readonly ComponentName[] = ['catalog', 'users', 'orders', 'support']

const topicPrefix = 'shop'
/** The connector's account. */
const account = 'outbox_feed'
/** As long as a component may take; a busy machine reads the schemas slowly. */
const streamLimitMs = 120_000
/** services/asyncapi.yaml has a channel for each. */
const aggregates = ['order', 'ticket', 'user', 'product', 'category'] as const

const kept = { 'cleanup.policy': 'delete', 'retention.ms': '-1', 'retention.bytes': '-1' }

/** A consumer of a topic that does not exist yet would give up. */
export async function makeEventTopics(places: Places): Promise<void> {
  const kafka = openKafka([kafkaBrokers(places)], createLog('stack', 'silent'), 'stack')
  try {
    await kafka.ensureTopics([
      ...aggregates.map((type) => ({ topic: `${topicPrefix}.${type}`, config: kept })),
      { topic: outboxHistoryTopic(topicPrefix), config: kept },
    ])
  } finally {
    await kafka.close()
  }
}

/**
 * Connect must answer, and the outboxes exist. Resolves when what is written to them from now on will
 * be sent; repeating it changes nothing.
 */
export async function startEventFeed(places: Places): Promise<void> {
  const { host, port } = places.at('services-db')
  const password = places.secrets.passwords[account]
  const connect = connectClient(httpUrl(places, 'connect'))
  const definition = renderOutbox({
    database: { host, port, user: account, password },
    kafkaBrokers: kafkaBrokers(places),
    tables: serviceSchemas.map((schema) => ({ schema, table: 'outbox' })),
    topicPrefix,
    headers: { type: 'eventType', traceparent: 'traceparent', request_id: 'x-request-id' },
  })
  await connect.put(definition)
  await streams(places, connect, definition.name)
}

async function streams(places: Places, connect: ConnectClient, name: string): Promise<void> {
  const url = new URL(databaseUrl(places, 'services-db', account, 'information_schema'))
  const db = openDb({ url, poolSize: 1 })
  try {
    await untilStreaming(
      name,
      {
        // An account sees its own connections, and this one is the connector's alone.
        isReading: async () =>
          (await db.query("SELECT 1 FROM processlist WHERE command = 'Binlog Dump'")).length > 0,
        hasPlace: async () => (await connect.place(name)) === 'stored',
        async state() {
          const { state, reason } = await connect.status(name)
          return reason === null ? state : `${state}, ${reason}`
        },
      },
      { timeoutMs: streamLimitMs, everyMs: 100 },
    )
  } finally {
    await db.close()
  }
}
