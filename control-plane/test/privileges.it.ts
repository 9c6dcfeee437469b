import { type Db, openDb, until } from '@matapalo/runtime'
import { expect } from 'chai'
import { Rig } from './support/rig.ts'

const account = "'bookshop'@'%'"

describe("the loser's privileges", function () {
  this.timeout(120_000)
  let rig: Rig
  let root: Db
  /** Sessions of before would keep a right on the whole schema until they end. */
  let app: Db

  before(async () => {
    rig = await Rig.open('privileges')
    root = openDb({ url: new URL(rig.stack.urls['monolith-db.root'] ?? ''), poolSize: 1 })
    await rig.migrate()
    // Table by table, so that they can be taken table by table.
    const tables = await root.query(
      "SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'bookshop'",
    )
    await root.execute(`REVOKE SELECT, INSERT, UPDATE, DELETE ON bookshop.* FROM ${account}`)
    for (const { name } of tables)
      await root.execute(
        `GRANT SELECT, INSERT, UPDATE, DELETE ON bookshop.\`${name}\` TO ${account}`,
      )
    app = openDb({ url: new URL(rig.stack.urls['monolith-db.bookshop'] ?? ''), poolSize: 1 })
  })
  after(async () => {
    await app?.close()
    await root?.close()
    await rig?.close()
  })

  /** An UPDATE that matches no row fires no trigger: only a missing privilege refuses it. */
  const emptyUpdate = (): Promise<number | null> =>
    app.execute('UPDATE books SET stock = 1 WHERE id = 0').then(
      () => null,
      (error: { errno?: number }) => error.errno ?? -1,
    )
  const becomes = async (wanted: number | null): Promise<boolean> =>
    (await until(async () => (await emptyUpdate()) === wanted, {
      timeoutMs: 15_000,
      everyMs: 200,
    })) === true
  const ended = async () => {
    const { error } = await rig.transfer()
    expect(error).to.equal(null)
  }

  it('are taken after a transfer, and there again when the next one ends', async () => {
    expect(await emptyUpdate()).to.equal(null)
    await ended()
    expect(await becomes(1142)).to.equal(true)
    const status = await rig.must<{ privileges: unknown[] }>('GET', '/v1/domains/catalog')
    expect(JSON.stringify(status.privileges)).to.contain("books of 'bookshop'@'%'")
    await ended()
    expect(await rig.owner()).to.equal('monolith')
    expect(await emptyUpdate()).to.equal(null)
    await rig.settled()
  })

  it('of an account with a grant on the whole schema are left to the triggers, and told', async () => {
    const told = async (): Promise<boolean> => {
      const { privileges } = await rig.must<{
        privileges: { side: string; state: string; wider: string[] }[]
      }>('GET', '/v1/domains/catalog')
      const service = privileges.find(({ side }) => side === 'service')
      return service?.state === 'taken' && service.wider.includes("'catalog'@'%'")
    }
    expect(await until(told, { timeoutMs: 15_000, everyMs: 200 })).to.equal(true)
  })

  it('are given back whenever the owner lacks them', async () => {
    await root.execute(`REVOKE UPDATE ON bookshop.books FROM ${account}`)
    expect(await becomes(null)).to.equal(true)
  })

  it('are taken again after a transfer that unwound', async () => {
    await ended()
    expect(await becomes(1142)).to.equal(true)
    await rig.passable('rollback')
    rig.edge.deaf = true
    const { id } = await rig.must<{ id: number }>('POST', '/v1/transfers', {
      kind: 'rollback',
      domains: ['catalog'],
      without: ['parity'],
      budgets: { drainMs: 300 },
    })
    expect((await rig.ended(id)).state).to.equal('unwound')
    rig.edge.deaf = false
    expect(await becomes(1142)).to.equal(true)
  })
})
