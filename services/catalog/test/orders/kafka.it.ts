import { randomUUID } from 'node:crypto'
import { type Log, silentLog } from '@bookshop/kit/log'
import { expect } from 'chai'
import kafkajs from 'kafkajs'
import { suiteStack } from '../../../../scripts/src/stack/testing.ts'
import { followOrders } from '../../src/orders/follow.ts'
import { topic } from '../../src/orders/handlers.ts'
import { type Running, runApp } from '../running.ts'
import { fence, lift, openStore, type Store, until } from '../store.ts'

/** As Debezium's EventRouter sends it. */
const message = (type: string, orderId: number, reference: string) => ({
  key: String(orderId),
  value: JSON.stringify({ order_id: orderId, reference, user_id: 1, status: 'paid', items: [] }),
  headers: { id: randomUUID(), eventType: type, 'x-request-id': 'r-1' },
})

describe('the consumer of orders on Kafka', function () {
  this.timeout(120_000)
  const running = suiteStack({ name: 'catalog-kafka', only: ['services-db', 'kafka'] })
  let store: Store
  let service: Running
  let brokers: string[]
  let producer: kafkajs.Producer
  const lines: string[] = []
  const note = (_fields: object, message: string): void => {
    lines.push(message)
  }
  const log: Log = { ...silentLog, info: note, warn: note, error: note }

  before(async () => {
    const stack = await running.get()
    store = await openStore(stack)
    service = await runApp(store.database)
    brokers = (stack.urls.kafka ?? '').split(',')
    const kafka = new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.NOTHING })
    const admin = kafka.admin()
    await admin.connect()
    await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true })
    await admin.disconnect()
    producer = kafka.producer()
    await producer.connect()
  })
  after(async () => {
    await producer?.disconnect()
    await service?.stop()
    await store?.close()
  })

  const follow = (group: string) =>
    followOrders({
      brokers,
      group,
      database: store.database,
      now: () => new Date(),
      metrics: service.metrics,
      log,
    })
  const outcomes = async (outcome: string): Promise<number> => {
    const { values } = await service.metrics.events.get()
    return values.find(({ labels }) => labels.outcome === outcome)?.value ?? 0
  }
  const newBook = async (): Promise<number> => {
    const body = { title: 'Sold', author: 'A', price: '10.00', stock: 1000 }
    return Number((await service.ask('staff', 'POST', '/api/books', body)).json.id)
  }
  const reserve = (reference: string, book: number) =>
    service.ask('system', 'POST', '/api/catalog/reservations', {
      order_ref: reference,
      items: [{ book_id: book, quantity: 2 }],
    })
  const state = async () => ({
    inventory: await store.database('inventory').orderBy('product_id'),
    reservations: await store
      .database('reservation')
      .select('order_ref', 'state')
      .orderBy('order_ref'),
    movements: await store.database('stock_movement').orderBy('id'),
  })

  it('reaches one state, however often the whole topic is replayed', async () => {
    const book = await newBook()
    const messages = []
    for (let n = 0; n < 40; n += 1) {
      const reference = `replayed-${n}`
      await reserve(reference, book)
      // Some are settled over HTTP already, the other way even.
      if (n % 5 === 0) {
        const end = n % 10 === 0 ? 'confirm' : 'cancel'
        await service.ask('system', 'POST', `/api/catalog/reservations/${reference}/${end}`)
      }
      messages.push(message('order.created', n, reference))
      messages.push(message(n % 3 === 0 ? 'order.cancelled' : 'order.paid', n, reference))
      if (n % 7 === 0) messages.push(message('order.cancelled', n, reference))
    }
    await producer.send({ topic, messages })
    const events = messages.filter(({ headers }) => headers.eventType !== 'order.created').length

    const first = follow('first')
    await until(async () => (await outcomes('handled')) === events)
    await first.stop()
    const reached = await state()
    expect(reached.reservations.some((one) => one.state === 'reserved')).to.equal(false)

    // Again from the start, with all that was handled in mind.
    const second = follow('second')
    await until(async () => (await outcomes('duplicate')) === events)
    await second.stop()
    expect(await state()).to.deep.equal(reached)

    // And once more, after all of it was forgotten.
    await store.root('inbox').delete()
    const third = follow('third')
    await until(async () => (await outcomes('handled')) === events * 2)
    await third.stop()
    expect(await state()).to.deep.equal(reached)
    expect(lines).to.deep.equal([])
  })

  it('waits without a word while the tables are another store’s, and loses nothing', async () => {
    const book = await newBook()
    for (const n of [1, 2]) await reserve(`fenced-${n}`, book)
    await fence(store.root)
    lines.length = 0
    await producer.send({
      topic,
      messages: [
        message('order.paid', 9001, 'fenced-1'),
        message('order.cancelled', 9002, 'fenced-2'),
      ],
    })
    const follower = follow('first')
    try {
      await until(async () => (await outcomes('refused')) >= 3)
      const row = await store.database('inventory').where('product_id', book).first()
      expect([row.quantity, row.sold]).to.deep.equal([996, 0])
      await lift(store.root)
      await until(async () => {
        const now = await store.database('inventory').where('product_id', book).first()
        return now.quantity === 998 && now.sold === 2
      })
      expect(lines).to.deep.equal([])
    } finally {
      await lift(store.root)
      await follower.stop()
    }
  })
})
