import { until } from '@matapalo/runtime'
import { expect } from 'chai'
import { Rig } from './support/rig.ts'

describe('a transfer', function () {
  this.timeout(120_000)
  let rig: Rig

  before(async () => {
    rig = await Rig.open('transfer')
    await rig.migrate()
  })
  after(() => rig?.close())

  it('refuses while a gate is closed, and says which', async () => {
    const { status, body } = await rig.api<{ error: { code: string; message: string } }>(
      'POST',
      '/v1/transfers',
      { kind: 'cutover', domains: ['catalog'] },
    )
    expect(status).to.equal(409)
    expect(body.error.code).to.equal('MATAPALO_GATES_CLOSED')
    expect(body.error.message).to.contain('--without parity')
  })

  it('refuses the transfer that its owner does not allow', async () => {
    const { status, body } = await rig.api<{ error: { message: string } }>(
      'POST',
      '/v1/transfers',
      {
        kind: 'rollback',
        domains: ['catalog'],
        without: ['parity'],
      },
    )
    expect(status).to.equal(409)
    expect(body.error.message).to.contain('its owner is monolith')
  })

  it('runs the steps over ports that print, and changes nothing', async () => {
    const { lines } = await rig.must<{ lines: string[] }>('POST', '/v1/transfers', {
      kind: 'cutover',
      domains: ['catalog'],
      dryRun: true,
    })
    expect(lines.filter((line) => line.startsWith('step'))).to.have.length(10)
    expect(lines.at(-1)).to.equal('transfer completed')
    expect(await rig.owner()).to.equal('monolith')
    await rig.settled()
  })

  it('moves the writes to the service, back, and forth again', async () => {
    for (const owner of ['service', 'monolith', 'service', 'monolith']) {
      const report = await rig.transfer()
      expect(report.error).to.equal(null)
      expect(report.state).to.equal('completed')
      expect(Object.keys(report.steps)).to.have.length(10)
      expect(await rig.owner()).to.equal(owner)
      await rig.settled()
    }
    expect((await rig.status()).phase).to.equal('backfill')
  })

  it('unwinds and changes nothing when an edge does not acknowledge', async () => {
    rig.edge.deaf = true
    const kind = 'cutover'
    await rig.api('POST', '/v1/domains/catalog/verify', {})
    const { id } = await rig.must<{ id: number }>('POST', '/v1/transfers', {
      kind,
      domains: ['catalog'],
      without: ['parity'],
      budgets: { drainMs: 300 },
    })
    const report = await rig.ended(id)
    rig.edge.deaf = false
    expect(report.state).to.equal('unwound')
    expect(report.error?.code).to.equal('MATAPALO_EDGES_NOT_DRAINED')
    expect(await rig.owner()).to.equal('monolith')
    // The deaf edge missed the table that lifts the hold.
    await rig.restart({})
    await rig.settled()
  })

  it('unwinds when the rows differ', async () => {
    await rig.monolith.execute("UPDATE books SET title = 'right' WHERE id = 7")
    const titled = async (): Promise<boolean> => {
      const [row] = await rig.service.query('SELECT title FROM product WHERE id = 7')
      return row?.title === 'right'
    }
    expect(await until(titled, { timeoutMs: 5000 })).to.equal(true)
    await rig.conductor.service.session(async (session) => {
      await session.execute('SET @matapalo_term = (SELECT term FROM matapalo.fence_catalog)')
      await session.execute("UPDATE catalog.product SET title = 'wrong' WHERE id = 7")
    })
    const report = await rig.transfer()
    expect(report.state).to.equal('unwound')
    expect(report.error?.code).to.equal('MATAPALO_ROWS_DIFFER')
    expect(await rig.owner()).to.equal('monolith')
    const writers = await rig.writers()
    expect(writers).to.deep.equal({ monolith: null, service: 1644 })
  })

  it('repairs the row that differs through the feed, and is clean then', async () => {
    const path = '/v1/domains/catalog/verify'
    const { outcome, next } = await rig.must<{ outcome: string; next: string }>('POST', path, {})
    expect(outcome).to.equal('different')
    expect(next).to.equal('matapalo verify catalog --repair')
    const mended = await rig.must('POST', path, { repair: true })
    expect(mended).to.include({ outcome: 'clean', repaired: 1 })
    const report = await rig.transfer()
    expect(report.state).to.equal('completed')
  })

  it('repairs the other way after the transfer too', async () => {
    await rig.conductor.monolith.session(async (session) => {
      await session.execute('SET @matapalo_term = (SELECT term FROM matapalo.fence_catalog)')
      await session.execute("UPDATE bookshop.books SET title = 'wrong' WHERE id = 8")
    })
    const mended = await rig.must('POST', '/v1/domains/catalog/verify', { repair: true })
    expect(mended).to.include({ outcome: 'clean', repaired: 1 })
  })
})
