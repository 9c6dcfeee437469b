/**
 * The services' events: their topics, and the connector that reads the outboxes of the services'
 * server. Made with the stack, since they are the shop's own and outlive a migration.
 *
 * @module
 */
import { connectClient } from '@matapalo/cdc/connectors'
import { openKafka } from '@matapalo/cdc/feed'
import { outboxHistoryTopic, renderOutbox } from '@matapalo/cdc/outbox'
import { createLog } from '@matapalo/runtime'
import { serviceSchemas } from './accounts.ts'
import type { ComponentName, Places } from './component.ts'
import { httpUrl, kafkaBrokers } from './components/urls.ts'

/** Components that write events. */
export const eventful: readonly ComponentName[] = ['catalog', 'users', 'orders', 'support']

const topicPrefix = 'shop'
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

/** Connect must answer, and the outboxes exist. Repeating it changes nothing. */
export async function startEventFeed(places: Places): Promise<void> {
  const { host, port } = places.at('services-db')
  await connectClient(httpUrl(places, 'connect')).put(
    renderOutbox({
      database: {
        host,
        port,
        user: 'outbox_feed',
        password: places.secrets.passwords.outbox_feed,
      },
      kafkaBrokers: kafkaBrokers(places),
      tables: serviceSchemas.map((schema) => ({ schema, table: 'outbox' })),
      topicPrefix,
      headers: { type: 'eventType', traceparent: 'traceparent', request_id: 'x-request-id' },
    }),
  )
}
