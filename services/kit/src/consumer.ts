/**
 * Events of other services, each handled once in effect: the handler runs in a transaction that first
 * writes the event's id into `inbox(consumer VARCHAR(40), event_id CHAR(36), handled_at DATETIME,
 * PRIMARY KEY (consumer, event_id))`. A duplicate meets that row and is skipped, however often the
 * topic is replayed. The only file that imports kafkajs.
 *
 * @module
 */
import kafkajs from 'kafkajs'
import {
  type Database,
  inTransaction,
  isDuplicate,
  isWriteRefused,
  type Transaction,
} from './database.ts'
import type { Log } from './log.ts'
import { traced } from './trace.ts'

export interface ReceivedEvent {
  readonly id: string
  /** Such as `order.paid`. */
  readonly type: string
  /** Key of the message. */
  readonly aggregateId: string
  readonly payload: Readonly<Record<string, unknown>>
}

export type HandleEvent = (transaction: Transaction, event: ReceivedEvent) => Promise<void>

export interface ConsumerOptions {
  /** In `inbox`, and the Kafka group unless `group` says otherwise. */
  readonly name: string
  readonly group?: string
  readonly brokers: readonly string[]
  readonly topics: readonly string[]
  readonly database: Database
  readonly log: Log
  /** By event type; others are passed over without a trace in `inbox`. */
  readonly handlers: Readonly<Record<string, HandleEvent>>
  /** Told the outcome of each event, for metrics and tests. */
  readonly onOutcome?: (type: string, outcome: Outcome) => void
}

/** `refused`: another store owns the tables now; the event waits until this one does. */
export type Outcome = 'handled' | 'duplicate' | 'ignored' | 'unreadable' | 'failed' | 'refused'

export interface Consumer {
  stop(): Promise<void>
}

const longestPauseMs = 5000

/** Handles one event, unless this consumer has done so before. */
export async function handleOnce(
  database: Database,
  consumer: string,
  event: ReceivedEvent,
  handle: HandleEvent,
): Promise<'handled' | 'duplicate'> {
  const duplicate = Symbol('duplicate')
  try {
    await inTransaction(database, async (transaction) => {
      try {
        const row = { consumer, event_id: event.id, handled_at: transaction.raw('UTC_TIMESTAMP()') }
        await transaction('inbox').insert(row)
      } catch (error) {
        throw isDuplicate(error) ? duplicate : error
      }
      await handle(transaction, event)
    })
    return 'handled'
  } catch (error) {
    if (error === duplicate) return 'duplicate'
    throw error
  }
}

interface Message {
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers?: Readonly<Record<string, unknown>> | undefined
}

const header = (message: Message, name: string): string | undefined => {
  const value = message.headers?.[name]
  return value === undefined || value === null ? undefined : String(value)
}

/** Null: not an event of an outbox. */
export function readEvent(message: Message): ReceivedEvent | null {
  const id = header(message, 'id')
  const type = header(message, 'eventType')
  if (id === undefined || type === undefined || message.value === null) return null
  try {
    const payload: unknown = JSON.parse(message.value.toString())
    if (typeof payload !== 'object' || payload === null) return null
    return {
      id,
      type,
      aggregateId: message.key?.toString() ?? '',
      payload: payload as ReceivedEvent['payload'],
    }
  } catch {
    return null
  }
}

/**
 * Follows its topics from the oldest message that the group has not finished. An event whose handler
 * fails is tried again until it succeeds (5 s apart at most): order matters more than speed. That the
 * database refuses the write is no failure, and not worth a line in the log.
 */
export async function startConsumer(options: ConsumerOptions): Promise<Consumer> {
  const { name, database, log, handlers, onOutcome = () => {} } = options
  const kafka = new kafkajs.Kafka({
    clientId: name,
    brokers: [...options.brokers],
    logLevel: kafkajs.logLevel.WARN,
    logCreator: () => (entry) => log.debug({ kafka: entry.log.message }, 'kafka.said'),
    retry: { initialRetryTime: 100, maxRetryTime: 2000, retries: 1_000_000 },
  })
  const consumer = kafka.consumer({
    groupId: options.group ?? name,
    sessionTimeout: 10_000,
    heartbeatInterval: 1000,
  })
  let stopping = false

  const handle = async (event: ReceivedEvent, heartbeat: () => Promise<void>): Promise<void> => {
    const handler = handlers[event.type]
    if (handler === undefined) return onOutcome(event.type, 'ignored')
    for (let attempt = 1; !stopping; attempt += 1) {
      try {
        return onOutcome(event.type, await handleOnce(database, name, event, handler))
      } catch (error) {
        const fields = { err: error, consumer: name, event: event.type, attempt }
        if (isWriteRefused(error)) {
          onOutcome(event.type, 'refused')
          log.debug(fields, 'event.waits')
        } else {
          onOutcome(event.type, 'failed')
          log.warn(fields, 'event.failed')
        }
        const pause = Math.min(longestPauseMs, 50 * 2 ** Math.min(attempt, 10))
        await new Promise((resolve) => setTimeout(resolve, pause))
        await heartbeat()
      }
    }
    throw new Error('stopped before the event was handled')
  }

  await consumer.connect()
  await consumer.subscribe({ topics: [...options.topics], fromBeginning: true })
  await consumer.run({
    eachMessage: async ({ message, topic, heartbeat }) => {
      const event = readEvent(message)
      if (event === null) {
        log.error({ consumer: name, topic, offset: message.offset }, 'event.unreadable')
        return onOutcome('none', 'unreadable')
      }
      const headers = [header(message, 'x-request-id'), header(message, 'traceparent')] as const
      await traced(...headers, () => handle(event, heartbeat))
    },
  })
  return {
    async stop() {
      stopping = true
      await consumer.disconnect()
    },
  }
}
