/**
 * The feed of the services' own events: Debezium's EventRouter over the outbox tables of one database
 * server. It is no part of a migration: it is there before the first transfer and stays after the last.
 *
 * Payload and key travel as the text that the service wrote, columns beside them as headers.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import type { ConnectorDefinition, ConnectorInput } from './connectors.ts'
import { fillTemplate, pattern } from './connectors.ts'

export interface OutboxInput {
  readonly database: ConnectorInput['database']
  readonly kafkaBrokers: string
  /** Schema and name of each outbox; tables that do not exist yet are picked up when they are made. */
  readonly tables: readonly { readonly schema: string; readonly table: string }[]
  /** Before the aggregate's type in a topic's name: `shop` makes `shop.order`. */
  readonly topicPrefix: string
  /** Columns that become headers, by column: `{ type: 'eventType' }`. */
  readonly headers: Readonly<Record<string, string>>
  /** Commit → topic; 50 by default (milliseconds). */
  readonly pollIntervalMs?: number
}

/** Must differ from every server id and between connectors of one server. */
const serverId = '5403'

const template = new URL('../connectors/outbox.json', import.meta.url)

/** Pure but for reading the template. */
export function renderOutbox(input: OutboxInput): ConnectorDefinition {
  const { database, tables, topicPrefix } = input
  // The template is ours: its shape is checked by a test.
  const parsed = JSON.parse(readFileSync(template, 'utf8')) as ConnectorDefinition
  return fillTemplate(parsed, 'connectors/outbox.json', {
    NAME: `${topicPrefix}-outbox`,
    DATABASE_HOST: database.host,
    DATABASE_PORT: String(database.port),
    DATABASE_USER: database.user,
    DATABASE_PASSWORD: database.password,
    DATABASE_SERVER_ID: serverId,
    DATABASE_SSL_MODE: 'disable',
    TOPIC_PREFIX: `${topicPrefix}-outbox`,
    SCHEMAS: [...new Set(tables.map(({ schema }) => schema))].join(','),
    TABLES: tables.map(({ schema, table }) => `${pattern(schema)}\\.${pattern(table)}`).join(','),
    KAFKA_BROKERS: input.kafkaBrokers,
    HISTORY_TOPIC: outboxHistoryTopic(topicPrefix),
    POLL_INTERVAL_MS: String(input.pollIntervalMs ?? 50),
    // A placeholder of the EventRouter's own.
    EVENT_TOPICS: `${topicPrefix}.\${routedByValue}`,
    HEADERS: Object.entries(input.headers)
      .map(([column, header]) => `${column}:header:${header}`)
      .join(','),
  })
}

export const outboxHistoryTopic = (topicPrefix: string): string => `${topicPrefix}-outbox.history`
