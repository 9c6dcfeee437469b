import { randomUUID } from 'node:crypto'
import { type Kafka, type Message, openKafka } from '@matapalo/cdc/feed'
import { createLog, type Db, openDb, until } from '@matapalo/runtime'
import { expect } from 'chai'
import type { Stack } from '../../src/stack/index.ts'
import { suiteStack } from '../../src/stack/testing.ts'

interface Told {
  readonly aggregate: readonly [type: string, id: string]
  readonly type: string
  readonly payload: string
}

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

/** As the services' kit does it: written and removed in one transaction. */
async function tell(db: Db, { aggregate, type, payload }: Told): Promise<string> {
  const id = randomUUID()
  await db.transaction(async (tx) => {
    await tx.execute(
      `INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, traceparent, request_id, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(6))`,
      [id, ...aggregate, type, payload, traceparent, 'request-1'],
    )
    await tx.execute('DELETE FROM outbox WHERE id = ?', [id])
  })
  return id
}

describe('the feed of the outboxes', function () {
  this.timeout(120_000)
  const own = suiteStack({ name: 'outbox', only: ['connect', 'support'] })
  let stack: Stack
  let kafka: Kafka
  const dbs: Db[] = []
  const dbOf = (name: string): Db => {
    const db = openDb({ url: new URL(stack.urls[`services-db.${name}`] ?? ''), poolSize: 1 })
    dbs.push(db)
    return db
  }

  before(async () => {
    stack = await own.get()
    kafka = openKafka([stack.urls.kafka ?? ''], createLog('test', 'silent'), 'test')
  })
  after(async () => {
    await kafka?.close()
    await Promise.all(dbs.map((db) => db.close()))
  })

  it('sends each event once to the topic of its kind, word for word, with its trace', async () => {
    const payload = '{"order_id": 12,  "total":"12.50", "tracking_number":null, "name":"Æ静"}'
    const orders = dbOf('orders')
    const id = await tell(orders, { aggregate: ['order', '12'], type: 'order.paid', payload })
    await tell(dbOf('users'), { aggregate: ['user', '7'], type: 'user.changed', payload: '{}' })
    await tell(orders, { aggregate: ['order', '12'], type: 'order.shipped', payload: '{}' })
    const seen: Message[] = []
    const feed = await kafka.feed({
      topic: 'shop.order',
      from: null,
      onMessages: async (messages) => {
        seen.push(...messages)
      },
      onEnd: () => undefined,
    })
    await until(() => seen.length >= 2, { timeoutMs: 30_000, everyMs: 50 })
    await feed.stop()
    const header = (at: number, name: string) => String(seen[at]?.headers[name])
    expect(seen.map(({ value }) => value)).to.deep.equal([payload, '{}'])
    expect([0, 1].map((at) => header(at, 'eventType'))).to.deep.equal([
      'order.paid',
      'order.shipped',
    ])
    expect(header(0, 'id')).to.equal(id)
    expect(header(0, 'traceparent')).to.equal(traceparent)
    expect(header(0, 'x-request-id')).to.equal('request-1')
    expect((await kafka.bounds('shop.user')).high > 0n).to.equal(true)
    expect(await orders.query('SELECT id FROM outbox')).to.deep.equal([])
  })

  it('reaches the service that listens, which does its work once', async () => {
    const support = dbOf('support')
    const payload = {
      ...{ kind: 'query', id: 5, user_id: 3, ticket_id: 5, agent_id: null, by_id: 3 },
      ...{ from_staff: false, outcome: null },
    }
    const id = await tell(support, {
      aggregate: ['ticket', 'query:5'],
      type: 'ticket.opened',
      payload: JSON.stringify(payload),
    })
    const handled = await until(
      async () => {
        const rows = await support.query('SELECT event_id FROM inbox WHERE event_id = ?', [id])
        return rows.length > 0
      },
      { timeoutMs: 30_000, everyMs: 100 },
    )
    expect(handled).to.equal(true)
    const rows = await support.query(
      'SELECT audience FROM notification WHERE event_id = ? ORDER BY audience',
      [id],
    )
    expect(rows.map(({ audience }) => audience)).to.deep.equal(['customer', 'desk'])
  })
})
