import { randomUUID } from 'node:crypto'
import { handleOnce, type ReceivedEvent } from '@bookshop/kit/consumer'
import { silentLog } from '@bookshop/kit/log'
import { expect } from 'chai'
import { sharedStack } from '../../../../scripts/src/stack/testing.ts'
import { createMetrics } from '../../src/metrics.ts'
import { consumerName, notify } from '../../src/notify/consumer.ts'
import { deliverDue } from '../../src/notify/deliver.ts'
import type { Mail } from '../../src/notify/mail.ts'
import { type FakeNeighbours, fakeNeighbours } from '../neighbours.ts'
import { openStore, type Store } from '../store.ts'

describe('notifications', function () {
  this.timeout(60_000)
  let store: Store
  let shop: FakeNeighbours
  let sent: Mail[]
  let clock: Date

  before(async () => {
    store = await openStore(await sharedStack('services-db'))
  })
  after(() => store?.close())
  beforeEach(async () => {
    await store.root('notification').delete()
    shop = fakeNeighbours()
    shop.accounts.set(611, { name: 'Ana', email: 'ana@bookshop.test' })
    sent = []
    clock = new Date('2026-11-21T16:00:00Z')
  })

  const event = (type: string, more: object = {}): ReceivedEvent => ({
    id: randomUUID(),
    type,
    aggregateId: 'query:5',
    payload: {
      kind: 'query',
      id: 5,
      user_id: 611,
      ticket_id: 5,
      agent_id: null,
      by_id: 611,
      from_staff: false,
      outcome: null,
      ...more,
    },
  })
  const handle = (one: ReceivedEvent) =>
    handleOnce(
      store.database,
      consumerName,
      one,
      notify(() => clock, silentLog),
    )
  const deliver = (failing = false) =>
    deliverDue({
      database: store.database,
      users: shop.users,
      mailer: {
        send: async (mail) => {
          if (failing) throw new Error('the disk is full')
          sent.push(mail)
        },
      },
      deskMailbox: 'desk@bookshop.test',
      now: () => clock,
      metrics: createMetrics(),
      log: silentLog,
    })
  const states = () => store.root('notification').orderBy('id').pluck('state')

  it('reach customer and desk once, however often the topic is replayed', async () => {
    const events = [
      event('ticket.opened'),
      event('ticket.answered', { from_staff: true, by_id: 680, agent_id: 680 }),
      event('ticket.closed', { by_id: 680 }),
    ]
    for (let replay = 0; replay < 3; replay += 1) {
      for (const one of events) {
        expect(await handle(one)).to.equal(replay === 0 ? 'handled' : 'duplicate')
      }
      await deliver()
    }
    expect(sent.map(({ to, subject }) => [to.address, subject])).to.deep.equal([
      ['ana@bookshop.test', 'We have your question 5'],
      ['desk@bookshop.test', 'New: question 5'],
      ['ana@bookshop.test', 'There is an answer to your question 5'],
      ['ana@bookshop.test', 'Your question 5 was closed'],
    ])
  })

  it('handle one event once when two processes get it at the same time', async () => {
    const one = event('ticket.closed')
    const outcomes = await Promise.all([handle(one), handle(one), handle(one)])
    expect(outcomes.filter((outcome) => outcome === 'handled')).to.have.length(1)
    expect(await states()).to.have.length(1)
  })

  it('wait while users is away, and go out afterwards', async () => {
    await handle(event('ticket.closed'))
    shop.away.add('users')
    await deliver()
    expect([sent.length, await states()]).to.deep.equal([0, ['waiting']])
    shop.away.clear()
    await deliver()
    expect(sent).to.have.length(0)
    clock = new Date(clock.getTime() + 10_000)
    await deliver()
    expect([sent.length, await states()]).to.deep.equal([1, ['sent']])
  })

  it('wait longer after each failure of the mailer, and are never lost', async () => {
    await handle(event('ticket.closed'))
    for (let round = 0; round < 12; round += 1) {
      await deliver(true)
      clock = new Date(clock.getTime() + 300_000)
    }
    await deliver()
    expect(sent).to.have.length(1)
  })

  it('are dropped for an account that is gone', async () => {
    await handle(event('ticket.closed', { user_id: 999 }))
    await deliver()
    expect([sent.length, await states()]).to.deep.equal([0, ['dropped']])
  })

  it('go out once when two processes look at the same time', async () => {
    for (let n = 0; n < 10; n += 1) await handle(event('ticket.closed'))
    await Promise.all([deliver(), deliver(), deliver()])
    await deliver()
    expect(new Set(sent.map(({ id }) => id)).size).to.equal(10)
    expect(sent).to.have.length(10)
  })

  it('pass over an event that nobody can read', async () => {
    expect(await handle(event('ticket.closed', { kind: 'parcel' }))).to.equal('handled')
    expect(await states()).to.deep.equal([])
  })
})
