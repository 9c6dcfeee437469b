import { randomUUID } from 'node:crypto'
import { silentLog } from '@bookshop/kit/log'
import { expect } from 'chai'
import { sharedStack } from '../../../../scripts/src/stack/testing.ts'
import { readAll, type TestMessage, type TestTopic, testTopic } from '../../../kit/test/replayed.ts'
import { followUsers, topics } from '../../src/events/userEvents.ts'
import { openStore, type Store } from '../store.ts'

const [ana, ben] = [93_001, 93_002]

const told = (type: string, id: number): TestMessage => ({
  key: String(id),
  type,
  id: randomUUID(),
  payload: { user_id: id },
})

describe('the topic of accounts, read again from its start', function () {
  this.timeout(180_000)
  let store: Store
  let topic: TestTopic
  let brokers: string[]

  before(async () => {
    const stack = await sharedStack('services-db', 'kafka')
    store = await openStore(stack)
    brokers = (stack.urls.kafka ?? '').split(',')
    topic = await testTopic(brokers, topics[0])
  })
  after(async () => {
    await topic?.close()
    await store?.close()
  })

  const read = () =>
    readAll(topic, (group, onOutcome) =>
      followUsers({
        brokers,
        group,
        database: store.database,
        log: silentLog,
        onOutcome: (_type, outcome) => onOutcome(outcome),
      }),
    )
  const state = () =>
    Promise.all([
      store.root('order').whereIn('user_id', [ana, ben]).orderBy('id'),
      store
        .root('cart_item')
        .whereIn('cart_id', store.root('cart').whereIn('user_id', [ana, ben]).select('id'))
        .orderBy('cart_id'),
    ])

  it('twice leaves everything as it was after the first time', async () => {
    const at = new Date()
    const order = {
      status: 'delivered',
      stock: 'confirmed',
      items_cents: 1000,
      shipping_cents: 0,
      total_cents: 1000,
      ship_name: 'Ana',
      ship_street: 'Calle 1',
      ship_city: 'Bogotá',
      ship_country: 'CO',
      shipping_method: 'pickup',
      created_at: at,
      updated_at: at,
    }
    await store.root('order').insert([
      { ...order, user_id: ana, reference: randomUUID() },
      { ...order, user_id: ana, reference: randomUUID(), status: 'paid' },
      { ...order, user_id: ben, reference: randomUUID() },
    ])
    for (const user_id of [ana, ben]) {
      const cart = { user_id, created_at: at, updated_at: at }
      const [cart_id] = await store.root('cart').insert(cart)
      await store.root('cart_item').insert({ cart_id, book_id: 7, quantity: 1, added_at: at })
    }
    const deleted = told('user.deleted', ana)
    await topic.send([told('user.changed', ben), deleted, deleted, told('user.disabled', ben)])

    expect((await read()).handled).to.be.at.least(1)
    const [orders, items] = await state()
    const names = orders?.map(({ ship_name }) => ship_name)
    expect(names).to.deep.equal(['deleted account', 'Ana', 'Ana'])
    expect(items).to.have.length(1)

    // What a replay must not touch: the life that went on after the first reading.
    await store.root('order').where({ user_id: ana }).update({ status: 'delivered' })
    const then = await state()
    for (let time = 0; time < 2; time += 1) {
      const outcomes = await read()
      expect(outcomes).to.not.have.property('failed')
      expect(outcomes.duplicate).to.be.at.least(2)
      expect(await state()).to.deep.equal(then)
    }
  })
})
