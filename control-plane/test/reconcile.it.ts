import { until } from '@matapalo/runtime'
import { expect } from 'chai'
import { Rig } from './support/rig.ts'

describe('the reconciler', function () {
  this.timeout(120_000)
  let rig: Rig

  before(async () => {
    rig = await Rig.open('reconcile')
    await rig.migrate()
  })
  after(() => rig?.close())

  it('closes a fence again that somebody has opened by hand', async () => {
    const db = rig.conductor.service
    await db.execute('UPDATE matapalo.fence_catalog SET closed = 0')
    const closed = await until(
      async () =>
        Number((await db.query('SELECT closed FROM matapalo.fence_catalog'))[0]?.closed) === 1,
      { timeoutMs: 5000, everyMs: 50 },
    )
    expect(closed).to.equal(true)
    await rig.settled()
  })

  it('freezes the domain when a fence is newer than the ledger, until a person decides', async () => {
    await rig.conductor.monolith.execute('UPDATE matapalo.fence_catalog SET seq = seq + 1000')
    const frozen = async (): Promise<boolean> => (await rig.status()).frozen !== null
    expect(await until(frozen, { timeoutMs: 5000, everyMs: 50 })).to.equal(true)
    const refused = await rig.api('POST', '/v1/transfers', {
      kind: 'cutover',
      domains: ['catalog'],
      without: ['parity'],
    })
    expect(refused.status).to.equal(409)
    await rig.conductor.monolith.execute('UPDATE matapalo.fence_catalog SET seq = seq - 1000')
    await rig.must('POST', '/v1/domains/catalog/unfreeze', {})
    expect(await frozen()).to.equal(false)
  })

  it('tells of a missing trigger, and refuses to transfer until it is back', async () => {
    await rig.conductor.monolith.execute('DROP TRIGGER bookshop.matapalo_catalog_books_bu')
    const told = async (): Promise<boolean> =>
      (await rig.status()).whyNot.some((line) => line.includes('matapalo_catalog_books_bu'))
    expect(await until(told, { timeoutMs: 5000, everyMs: 50 })).to.equal(true)
    await rig.must('POST', '/v1/domains/catalog/prepare', {})
    expect(await told()).to.equal(false)
  })

  it('shows which statement a fence refused', async () => {
    await rig.writers()
    const shown = async (): Promise<boolean> => {
      const status = await rig.must<{ refusals: { table: string; side: string }[] }>(
        'GET',
        '/v1/domains/catalog',
      )
      return status.refusals.some(({ table, side }) => table === 'inventory' && side === 'service')
    }
    expect(await until(shown, { timeoutMs: 5000, everyMs: 100 })).to.equal(true)
  })
})
