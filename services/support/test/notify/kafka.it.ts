import { randomUUID } from 'node:crypto'
import { silentLog } from '@bookshop/kit/log'
import { expect } from 'chai'
import kafkajs from 'kafkajs'
import { sharedStack } from '../../../../scripts/src/stack/testing.ts'
import { createMetrics } from '../../src/metrics.ts'
import { startNotifier, topic } from '../../src/notify/consumer.ts'
import { openStore, type Store } from '../store.ts'

/** As Debezium's EventRouter sends it. */
const message = (id: string, caseId: number) => ({
  key: `query:${caseId}`,
  value: JSON.stringify({
    kind: 'query',
    id: caseId,
    user_id: 711,
    ticket_id: caseId,
    agent_id: null,
    by_id: 711,
    from_staff: false,
    outcome: null,
  }),
  headers: { id, eventType: 'ticket.closed', 'x-request-id': 'r-1' },
})

describe('the notifier on Kafka', function () {
  this.timeout(90_000)
  let store: Store
  let brokers: string[]
  let kafka: kafkajs.Kafka

  before(async () => {
    const stack = await sharedStack('services-db', 'kafka')
    store = await openStore(stack)
    brokers = (stack.urls.kafka ?? '').split(',')
    kafka = new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.NOTHING })
  })
  after(() => store?.close())

  const until = async (condition: () => Promise<boolean>): Promise<void> => {
    while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 50))
  }

  it('starts before its topic is there, and keeps one notification of an event sent five times', async () => {
    const metrics = createMetrics()
    const parts = { brokers, database: store.database, now: () => new Date(), metrics }
    const notifier = startNotifier({ ...parts, log: silentLog })
    const admin = kafka.admin()
    const producer = kafka.producer()
    try {
      await admin.connect()
      await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true })
      await producer.connect()
      const [first, last] = [randomUUID(), randomUUID()]
      const copies = Array.from({ length: 5 }, () => message(first, 801))
      await producer.send({ topic, messages: [...copies, message(last, 802)] })
      const count = async (id: string) =>
        (await store.root('notification').where({ event_id: id })).length
      await until(async () => (await count(last)) === 1)
      expect(await count(first)).to.equal(1)
      expect(await metrics.text()).to.contain('support_events_total{outcome="duplicate"} 4')
    } finally {
      await notifier.stop()
      await producer.disconnect()
      await admin.disconnect()
    }
  })
})
