import { expect } from 'chai'
import { ensureFence, installTriggers } from '../src/fence.ts'
import { collectRefusals, countRefusals, enableRefusals, readRefusals } from '../src/refusals.ts'
import { ensureToolkitTables } from '../src/schema.ts'
import { applierAccount, startDatabase, type TestDatabase } from './database.ts'

const domain = 'refusing'

describe('refusals', function () {
  this.timeout(30_000)
  let server: TestDatabase

  before(async () => {
    server = await startDatabase()
    const { root, conductor, schema } = server
    await root.execute(`DROP TABLE IF EXISTS matapalo.fence_${domain}`)
    await root.execute(`CREATE TABLE ${schema}.books (id INT PRIMARY KEY, price INT)`)
    await ensureToolkitTables(conductor, domain)
    await root.execute('DELETE FROM matapalo.refusal WHERE domain = ?', [domain])
    await ensureFence(conductor, domain, { closed: true, term: 3 })
    await installTriggers(
      conductor,
      { domain, schema, tables: ['books'], passing: [applierAccount] },
      { budgetMs: 5_000 },
    )
    expect(await enableRefusals(root)).to.equal(true)
  })
  after(() => server?.stop())

  it('keeps each refused statement once, with its account and time, though it was rolled back', async () => {
    const { app, conductor } = server
    const refused = async (sql: string): Promise<boolean> =>
      app.execute(sql).then(
        () => false,
        () => true,
      )
    const statement = '/* nightly job */ INSERT INTO books (id, price) VALUES (1, 2)'
    await app.session(async (session) => {
      // The session lives on, as a pool's would.
      await session.execute('SET @x = 1')
      await session.execute(statement).catch(() => undefined)
      await collectRefusals(conductor)
    })
    expect(await refused('REPLACE INTO books (id, price) VALUES (1, 3)')).to.equal(true)
    await collectRefusals(conductor)
    await collectRefusals(conductor)
    const found = await readRefusals(conductor, domain)
    expect(found.map(({ table, op }) => [table, op])).to.deep.equal([
      ['books', 'REPLACE'],
      ['books', 'INSERT'],
    ])
    expect(found[1]?.statement).to.equal(statement)
    expect(found[1]?.account).to.match(/^test_app@/)
    expect(Math.abs(Date.parse(`${found[1]?.at.replace(' ', 'T')}Z`) - Date.now())).to.be.below(
      5000,
    )
    expect(await countRefusals(conductor, domain)).to.equal(2)
  })
})
