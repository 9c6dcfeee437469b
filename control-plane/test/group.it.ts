import { readApplierState } from '@matapalo/cdc/applierState'
import { until } from '@matapalo/runtime'
import { expect } from 'chai'
import { faults } from './support/rig.ts'
import { group, small, ThreeDomains } from './support/threeDomains.ts'

describe('a transfer of several domains, one of them without tables', function () {
  this.timeout(180_000)
  let three: ThreeDomains

  before(async () => {
    three = await ThreeDomains.open('group')
    await three.migrate()
  })
  after(() => three?.close())

  it('needs no feed, fence or backfill for the domain without tables', async () => {
    expect(await three.domain('pages')).to.include({ phase: 'backfill', backfill: 'complete' })
    const fences = await three.root.service.query("SHOW TABLES FROM matapalo LIKE 'fence_pages'")
    expect(fences).to.deep.equal([])
    const path = '/v1/domains/pages/backfill'
    const { status, body } = await three.rig.api<{ error: { message: string } }>('POST', path, {})
    expect(status).to.equal(409)
    expect(body.error.message).to.contain('it has no tables')
  })

  it('stops one applier at a row that does not fit, and neither the other domain nor the way back', async () => {
    const { monolith, service } = three.rig
    const arrived = (domain: string, id: number) =>
      until(
        async () => (await service.query(`SELECT id FROM ${domain}_item WHERE id = ?`, [id]))[0],
        { timeoutMs: 20_000, everyMs: 50 },
      )
    const left = () =>
      three.rig.must<{ quarantine: { id: number; key: string }[] }>('GET', '/v1/domains/left')
    await monolith.execute("INSERT INTO left_thing (id, name, state) VALUES (60, 'odd', 9)")
    const entry = await until(async () => (await left()).quarantine[0], {
      timeoutMs: 20_000,
      everyMs: 100,
    })
    expect(entry?.key).to.equal('id=60')
    for (const domain of small)
      await monolith.execute(`INSERT INTO ${domain}_thing (id, name, state) VALUES (61, 'late', 0)`)
    expect(await arrived('right', 61), 'the other domain goes on').to.not.equal(undefined)
    expect(await service.query('SELECT id FROM left_item WHERE id IN (60, 61)')).to.deep.equal([])
    const back = () => readApplierState(three.root.monolith, 'left', 'reverse')
    const before = await back()
    expect(before?.status).to.equal('running')
    const further = async () => ((await back())?.offset ?? 0n) > (before?.offset ?? 0n)
    expect(await until(further, { timeoutMs: 10_000 }), 'the way back goes on').to.equal(true)

    await monolith.execute('UPDATE left_thing SET state = 0 WHERE id = 60')
    const path = `/v1/domains/left/quarantine/${entry?.id}`
    await three.rig.must('POST', path, { action: 'retry', direction: 'forward' })
    expect(await arrived('left', 61), 'what stood behind it follows').to.not.equal(undefined)
    await three.verify()
  })

  it('closes the fences in one fixed order, and opens both again when the second stays blocked', async () => {
    const closed = async (domain: string): Promise<boolean> => {
      const [row] = await three.root.monolith.query(`SELECT closed FROM matapalo.fence_${domain}`)
      return Number(row?.closed) === 1
    }
    const report = await three.root.monolith.session(async (session) => {
      await session.execute('START TRANSACTION')
      await session.execute("INSERT INTO bookshop.right_thing (name, state) VALUES ('open', 0)")
      const id = await three.begin('cutover', { budgets: { fenceMs: 1500 } })
      expect(await until(() => closed('left'), { timeoutMs: 15_000, everyMs: 5 })).to.equal(true)
      expect(await closed('right')).to.equal(false)
      const failed = async (): Promise<boolean> => {
        const rows = await three.rig.ledger.query(
          "SELECT 1 FROM journal WHERE transfer_id = ? AND step = 'fenceSource' AND state = 'failed'",
          [id],
        )
        return rows.length > 0
      }
      expect(await until(failed, { timeoutMs: 15_000, everyMs: 20 })).to.equal(true)
      expect(await closed('right')).to.equal(false)
      // Whoever kept the fence open is still there: nobody is held for as long as that.
      const ended = await three.rig.ended(id)
      await session.execute('ROLLBACK')
      return ended
    })
    expect(report.state).to.equal('unwound')
    expect(report.error?.code).to.equal('MATAPALO_FENCE_BLOCKED')
    await three.settled('monolith')
  })

  it('lets work in flight finish for its time, then goes on and says what is left', async () => {
    await three.root.monolith.execute('INSERT INTO bookshop.left_work VALUES (1), (2)')
    const report = await three.transfer('cutover')
    await three.root.monolith.execute('DELETE FROM bookshop.left_work')
    expect(report.error).to.equal(null)
    expect(report.state).to.equal('completed')
    const detail = JSON.stringify(report)
    expect(detail).to.contain('"before":2,"left":2')
    expect(detail).to.contain('"withoutTables":["pages"]')
    await three.settled('service')
  })

  it('changes the owner of all at one commit point, in one epoch', async () => {
    const tables = await three.rig.ledger.query('SELECT body FROM route_table ORDER BY epoch')
    const owners = tables.map(({ body }) => {
      const { domains } = JSON.parse(String(body)) as {
        domains: { domain: string; owner: string }[]
      }
      return domains
        .filter(({ domain }) => group.includes(domain as never))
        .map(({ owner }) => owner)
    })
    const mixed = owners.filter((all) => new Set(all).size > 1)
    expect(mixed).to.deep.equal([])
    expect(owners.at(-1)).to.deep.equal(['service', 'service', 'service'])
  })

  it('tells the consumers after a rollback what the monolith does, once each', async () => {
    const { state, error } = await three.transfer('rollback')
    expect(error).to.equal(null)
    expect(state).to.equal('completed')
    await three.settled('monolith')
    await three.rig.monolith.execute(
      "INSERT INTO left_thing (id, name, state) VALUES (70, 'né', 0)",
    )
    await three.rig.monolith.execute('UPDATE left_thing SET state = 1 WHERE id = 70')
    await three.rig.monolith.execute("UPDATE left_thing SET name = 'x' WHERE id = 70")
    for (const id of [71, 72])
      await three.rig.monolith.execute(
        `INSERT INTO left_thing (id, name, state) VALUES (${id}, 'twice', 0)`,
      )
    await three.verify()
    const heard = await three.root.service.query('SELECT type, payload FROM catalog.left_heard')
    const events = heard.map(({ type, payload }) => [type, JSON.parse(String(payload))])
    expect(events).to.deep.equal([
      ['left.done', { id: 70, name: 'né', all: [{ state: 'done' }], states: ['done'], first: 70 }],
      ['left.again', { id: 72 }],
    ])
    expect(await three.root.service.query('SELECT * FROM catalog.left_outbox')).to.deep.equal([])
  })

  for (const point of ['before', 'after'] as const) {
    const outcome = point === 'after' ? 'completed' : 'unwound'
    it(`killed ${point} the switch, is ${outcome} for all of them`, async () => {
      await three.rig.restart(faults({ crashAt: { step: 'switchOwner', point } }))
      const report = await three.transfer('cutover')
      expect(report.state).to.equal(outcome)
      await three.rig.stack.ready('control-plane')
      await three.settled(point === 'after' ? 'service' : 'monolith')
      await three.verify()
    })
  }
})
