/**
 * A topic on a real Kafka, and consumers that read it from its start under groups of their own: what
 * a replay is.
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import kafkajs from 'kafkajs'

export interface TestMessage {
  readonly key: string
  readonly type: string
  readonly id: string
  readonly payload: object
}

export interface TestTopic {
  /** As Debezium's EventRouter sends them. */
  send(messages: readonly TestMessage[]): Promise<void>
  /** How many messages it has. */
  size(): Promise<number>
  close(): Promise<void>
}

export async function testTopic(brokers: readonly string[], topic: string): Promise<TestTopic> {
  const log = kafkajs.logLevel.NOTHING
  const kafka = new kafkajs.Kafka({ brokers: [...brokers], logLevel: log })
  const [admin, producer] = [kafka.admin(), kafka.producer()]
  await admin.connect()
  await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true })
  await producer.connect()
  return {
    async send(messages) {
      await producer.send({
        topic,
        messages: messages.map(({ key, type, id, payload }) => ({
          key,
          value: JSON.stringify(payload),
          headers: { id, eventType: type },
        })),
      })
    },
    async size() {
      const offsets = await admin.fetchTopicOffsets(topic)
      return offsets.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0)
    },
    async close() {
      await producer.disconnect()
      await admin.disconnect()
    },
  }
}

/**
 * Reads the whole topic once, under a new group.
 *
 * @param start a consumer that tells each outcome
 * @returns how many events had which outcome
 */
export async function readAll(
  topic: TestTopic,
  start: (group: string, onOutcome: (outcome: string) => void) => { stop(): Promise<void> },
): Promise<Readonly<Record<string, number>>> {
  const size = await topic.size()
  const outcomes: Record<string, number> = {}
  let seen = 0
  const done = Promise.withResolvers<void>()
  const consumer = start(`replay-${randomUUID()}`, (outcome) => {
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
    if (outcome !== 'failed' && outcome !== 'refused') seen += 1
    if (seen >= size || outcome === 'failed') done.resolve()
  })
  await done.promise
  await consumer.stop()
  return outcomes
}
