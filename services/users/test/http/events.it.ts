import { expect } from 'chai'
import { readAsyncApi } from '../../../../scripts/src/asyncapi/events.ts'
import { asDescribed } from '../../../../scripts/src/asyncapi/seen.ts'
import { type Rig, startRig } from '../support/rig.ts'

/** Rows of the outbox never stay; a trigger sees them. */
const watch = [
  'CREATE TABLE seen_event (n INT AUTO_INCREMENT PRIMARY KEY, aggregate VARCHAR(40), type VARCHAR(60), aggregateid VARCHAR(80), payload LONGTEXT)',
  'CREATE TRIGGER seen_event AFTER INSERT ON outbox FOR EACH ROW INSERT INTO seen_event (aggregate, type, aggregateid, payload) VALUES (NEW.aggregatetype, NEW.type, NEW.aggregateid, NEW.payload)',
]

describe('what the users service tells', function () {
  this.timeout(60_000)
  let rig: Rig
  let admin: string

  before(async () => {
    rig = await startRig()
    for (const statement of watch) await rig.database.raw(statement)
    const one = await rig.register('admin@example.test')
    await rig.grant(one.id, 'admin')
    admin = one.cookie
  })
  after(() => rig?.stop())

  const eventsOf = async (id: number) => {
    const rows: { aggregate: string; type: string; payload: string }[] = await rig
      .database('seen_event')
      .where({ aggregateid: String(id) })
      .orderBy('n')
    return asDescribed(
      rows.map(({ aggregate, type, payload }) => ({
        aggregate,
        type,
        payload: JSON.parse(payload) as unknown,
      })),
    )
  }

  it('of an account’s life: each message of the document, as it describes it', async () => {
    const { id, cookie } = await rig.register('told@example.test')
    await rig.ask('PUT', '/api/profile', { name: 'Ana' }, { cookie })
    const path = `/api/admin/users/${id}`
    await rig.ask('PUT', `${path}/roles`, { roles: ['customer', 'agent'] }, { cookie: admin })
    await rig.ask('POST', `${path}/disable`, undefined, { cookie: admin })
    await rig.ask('POST', `${path}/enable`, undefined, { cookie: admin })
    await rig.ask('DELETE', path, undefined, { cookie: admin })
    const events = await eventsOf(id)
    const account = { user_id: id, name: 'Ana', active: true, roles: ['agent', 'customer'] }
    expect(events.map(({ type, payload }) => [type, payload])).to.deep.equal([
      ['user.changed', { ...account, name: 'Somebody', roles: ['customer'] }],
      ['user.changed', { ...account, roles: ['customer'] }],
      ['user.changed', account],
      ['user.disabled', { ...account, active: false }],
      ['user.changed', account],
      ['user.deleted', { user_id: id, name: 'Deleted customer', active: false, roles: [] }],
    ])
    const { channels } = readAsyncApi()
    expect(new Set(events.map(({ type }) => type))).to.deep.equal(
      new Set(Object.keys(channels.user?.messages ?? {})),
    )
  })

  it('not of what fails, nor of preferences', async () => {
    const { id, cookie } = await rig.register('quiet@example.test')
    await rig.ask('PUT', '/api/preferences', { newsletter: true }, { cookie })
    await rig.ask('PUT', '/api/profile', { name: 7 }, { cookie })
    expect(await eventsOf(id)).to.have.length(1)
  })
})
