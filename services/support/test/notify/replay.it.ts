import { randomUUID } from 'node:crypto'
import { silentLog } from '@bookshop/kit/log'
import { expect } from 'chai'
import { sharedStack } from '../../../../scripts/src/stack/testing.ts'
import { readAll, type TestMessage, type TestTopic, testTopic } from '../../../kit/test/replayed.ts'
import * as users from '../../src/desk/userEvents.ts'
import { createMetrics } from '../../src/metrics.ts'
import * as notifier from '../../src/notify/consumer.ts'
import { openStore, type Store } from '../store.ts'

const [ana, ben, agent] = [921, 922, 923]

const ticket = (type: string, id: number, userId: number, more: object = {}): TestMessage => ({
  key: `query:${id}`,
  type,
  id: randomUUID(),
  payload: {
    kind: 'query',
    id,
    user_id: userId,
    ticket_id: id,
    agent_id: null,
    by_id: userId,
    from_staff: false,
    outcome: null,
    ...more,
  },
})
const user = (type: string, id: number): TestMessage => ({
  key: String(id),
  type,
  id: randomUUID(),
  payload: { user_id: id },
})

describe('whole topics read again from their start', function () {
  this.timeout(180_000)
  let store: Store
  let tickets: TestTopic
  let accounts: TestTopic
  let brokers: string[]

  before(async () => {
    const stack = await sharedStack('services-db', 'kafka')
    store = await openStore(stack)
    brokers = (stack.urls.kafka ?? '').split(',')
    tickets = await testTopic(brokers, notifier.topic)
    accounts = await testTopic(brokers, users.topic)
  })
  after(async () => {
    await tickets?.close()
    await accounts?.close()
    await store?.close()
  })

  const parts = () => ({
    brokers,
    database: store.database,
    now: () => new Date(),
    metrics: createMetrics(),
    log: silentLog,
  })
  const readTickets = () =>
    readAll(tickets, (group, onOutcome) => notifier.startNotifier({ ...parts(), group, onOutcome }))
  const readAccounts = () =>
    readAll(accounts, (group, onOutcome) => users.followUsers({ ...parts(), group, onOutcome }))

  const state = async () =>
    Promise.all([
      store.root('notification').whereIn('user_id', [ana, ben, agent]).orderBy('id'),
      store.root('notification').where({ audience: 'desk' }).orderBy('id'),
      store.root('bot_question').whereIn('user_id', [ana, ben]).orderBy('id'),
      store.root('agent').where({ user_id: agent }),
      store.root('assignment').whereIn('case_id', [9001, 9002]).orderBy('case_id'),
    ])

  it('twice leave everything as it was after the first time', async () => {
    const opened = ticket('ticket.opened', 9001, ana)
    await tickets.send([
      opened,
      opened,
      ticket('ticket.answered', 9001, ana, { from_staff: true, by_id: agent, agent_id: agent }),
      ticket('ticket.opened', 9002, ben),
      ticket('ticket.closed', 9002, ben, { by_id: agent }),
    ])
    await accounts.send([user('user.changed', ben), user('user.deleted', ana)])
    await accounts.send([user('user.deleted', agent), user('user.disabled', ben)])
    const at = new Date()
    const question = { question: 'Are you open?', created_at: at }
    await store.root('bot_question').insert([
      { ...question, user_id: ana },
      { ...question, user_id: ben },
    ])
    await store.root('agent').insert({ user_id: agent, name: 'Eve', seen_at: at })
    const held = { kind: 'query', agent_id: agent, updated_at: at }
    await store.root('assignment').insert([
      { ...held, case_id: 9001 },
      { ...held, case_id: 9002, closed_at: at },
    ])

    expect((await readTickets()).handled).to.be.at.least(4)
    expect((await readAccounts()).handled).to.be.at.least(2)
    const first = await state()
    const [notifications, , questions, agents, assignments] = first
    expect(notifications?.filter(({ user_id }) => user_id === ana).map((one) => one.state))
      .to.be.an('array')
      .that.includes('dropped')
      .and.does.not.include('waiting')
    expect(questions?.map(({ user_id }) => user_id)).to.deep.equal([ben])
    expect(agents).to.deep.equal([])
    expect(assignments?.map(({ agent_id }) => agent_id)).to.deep.equal([null, agent])

    // What a replay must not undo: the life that went on after the first reading.
    await store.root('agent').insert({ user_id: agent, name: 'Eve again', seen_at: at })
    const then = await state()
    for (let time = 0; time < 2; time += 1) {
      const [one, other] = [await readTickets(), await readAccounts()]
      expect([one.failed, other.failed]).to.deep.equal([undefined, undefined])
      expect(one.duplicate).to.be.at.least(5)
      expect(other.duplicate).to.be.at.least(2)
      expect(await state()).to.deep.equal(then)
    }
  })
})
