/**
 * Kafka behind our port; the only file that imports kafkajs.
 *
 * A feed reads one partition from an offset that *we* hold (in the target's database): a consumer
 * group of its own per start, so that it never waits for a dead member, and nothing is committed to
 * Kafka. It reads committed messages only, since the connector produces in transactions.
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import { type Log, sleep } from '@matapalo/runtime'
import kafkajs from 'kafkajs'

export interface Message {
  readonly offset: bigint
  readonly value: string
  readonly headers: Readonly<Record<string, unknown>>
}

export interface TopicSpec {
  readonly topic: string
  /** Kafka topic settings; one partition always. */
  readonly config?: Readonly<Record<string, string>>
}

export interface FeedOptions {
  readonly topic: string
  /** First offset to read; null: the oldest there is. */
  readonly from: bigint | null
  /** Called with one fetched batch at a time; the next waits for it (back-pressure). */
  readonly onMessages: (messages: readonly Message[]) => Promise<void>
  /** The feed has ended by itself, or `onMessages` threw. Called once. */
  readonly onEnd: (error: unknown) => void
  /** 1 MiB by default. */
  readonly maxBytes?: number
}

export interface Feed {
  stop(): Promise<void>
}

export interface Kafka {
  /** Creates what is missing. */
  ensureTopics(specs: readonly TopicSpec[]): Promise<void>
  topicExists(topic: string): Promise<boolean>
  /** First offset held, and the next one to be written. */
  bounds(topic: string): Promise<{ readonly low: bigint; readonly high: bigint }>
  feed(options: FeedOptions): Promise<Feed>
  close(): Promise<void>
}

/** What a broker says of a topic that it has just been told about. */
const notYet: ReadonlySet<unknown> = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_FOR_PARTITION',
])
/** 5000 (milliseconds): a new topic is known everywhere long before. */
const settleMs = 5_000

/** Asks again while the broker does not know a new topic yet; throws its last error at the limit. */
async function settled<T>(ask: () => Promise<T>): Promise<T> {
  const end = performance.now() + settleMs
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      const type = (error as { readonly type?: unknown } | null)?.type
      if (!notYet.has(type) || performance.now() >= end) throw error
      await sleep(50)
    }
  }
}

export function openKafka(brokers: readonly string[], log: Log, clientId = 'matapalo'): Kafka {
  const level = kafkajs.logLevel
  const kafka = new kafkajs.Kafka({
    clientId,
    brokers: [...brokers],
    logLevel: level.WARN,
    // Its retries repeat endlessly on a broker that is gone; one line each, under our names.
    logCreator: () => (entry) =>
      log.debug({ kafka: entry.log.message, error: entry.log.error }, 'kafka.said'),
    retry: { initialRetryTime: 50, maxRetryTime: 1_000, retries: 8 },
  })
  const admin = kafka.admin()
  let connected: Promise<void> | undefined
  const ready = (): Promise<void> => {
    connected ??= admin.connect().catch((error: unknown) => {
      connected = undefined
      throw error
    })
    return connected
  }

  return {
    async ensureTopics(specs) {
      await ready()
      const existing = new Set(await admin.listTopics())
      const missing = specs.filter(({ topic }) => !existing.has(topic))
      if (missing.length === 0) return
      const topics = missing.map(({ topic, config }) => ({
        topic,
        numPartitions: 1,
        replicationFactor: -1,
        configEntries: Object.entries(config ?? {}).map(([name, value]) => ({ name, value })),
      }))
      await settled(() => admin.createTopics({ waitForLeaders: true, topics }))
    },
    async topicExists(topic) {
      await ready()
      return (await admin.listTopics()).includes(topic)
    },
    async bounds(topic) {
      await ready()
      const [partition] = await settled(() => admin.fetchTopicOffsets(topic))
      return { low: BigInt(partition?.low ?? 0), high: BigInt(partition?.high ?? 0) }
    },
    feed: (options) => startFeed(kafka, options),
    async close() {
      if (connected !== undefined) await admin.disconnect()
    },
  }
}

async function startFeed(kafka: kafkajs.Kafka, options: FeedOptions): Promise<Feed> {
  const { topic, from, onMessages } = options
  const consumer = kafka.consumer({
    groupId: `matapalo-${topic}-${randomUUID()}`,
    readUncommitted: false,
    maxBytesPerPartition: options.maxBytes ?? 1_048_576,
    maxBytes: options.maxBytes ?? 1_048_576,
    // The longest wait of an idle fetch; a message ends it at once.
    maxWaitTimeInMs: 500,
    minBytes: 1,
    // No other member will ever join: the session only has to outlive a slow batch.
    sessionTimeout: 60_000,
    heartbeatInterval: 3_000,
    retry: {
      initialRetryTime: 50,
      maxRetryTime: 1_000,
      retries: 8,
      restartOnFailure: async () => false,
    },
  })
  let ended = false
  let next = from
  const end = (error: unknown): void => {
    if (ended) return
    ended = true
    options.onEnd(error)
  }
  consumer.on(consumer.events.CRASH, ({ payload }) => end(payload.error))
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch, heartbeat }) => {
      if (ended) return
      const messages: Message[] = []
      for (const { offset, value, headers } of batch.messages) {
        const at = BigInt(offset)
        // What was fetched before the seek below took effect comes again behind it. Handed over twice,
        // it would end an open transaction in the middle, and its rest would be taken for a replay.
        if (value === null || (next !== null && at < next)) continue
        next = at + 1n
        messages.push({ offset: at, value: value.toString('utf8'), headers: headers ?? {} })
      }
      if (messages.length === 0) return
      try {
        await onMessages(messages)
      } catch (error) {
        // Not thrown into kafkajs: it would retry the batch by itself.
        end(error)
        return
      }
      await heartbeat()
    },
  })
  if (from !== null) consumer.seek({ topic, partition: 0, offset: from.toString() })
  return {
    async stop() {
      ended = true
      await consumer.disconnect()
    },
  }
}
