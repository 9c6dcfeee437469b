import { expect } from 'chai'
import { ensureFence, installTriggers, setFence } from '../src/fence.ts'
import { advanceIds, IdsNotAdvanced } from '../src/ids.ts'
import { ensureToolkitTables } from '../src/schema.ts'
import { applierAccount, conductorAccount, startDatabase, type TestDatabase } from './database.ts'

const domain = 'counting'

describe('advanceIds', function () {
  this.timeout(30_000)
  let server: TestDatabase

  before(async () => {
    server = await startDatabase()
    const { root, conductor, schema } = server
    await root.execute(`DROP TABLE IF EXISTS matapalo.fence_${domain}`)
    await root.execute(`CREATE TABLE ${schema}.old (id INT PRIMARY KEY AUTO_INCREMENT)`)
    await root.execute(
      `CREATE TABLE ${schema}.fresh (id BIGINT UNSIGNED PRIMARY KEY AUTO_INCREMENT,
         slug VARCHAR(30) NOT NULL UNIQUE, price DECIMAL(10,2) NOT NULL CHECK (price > 0),
         kind ENUM('a','b') NOT NULL, at DATETIME NOT NULL, parent BIGINT UNSIGNED NOT NULL,
         CONSTRAINT self FOREIGN KEY (parent) REFERENCES fresh (id))`,
    )
    await ensureToolkitTables(conductor, domain)
    await ensureFence(conductor, domain, { closed: true, term: 5 })
    const passing = [applierAccount, conductorAccount]
    await installTriggers(
      conductor,
      { domain, schema, tables: ['fresh'], passing },
      { budgetMs: 5_000 },
    )
    await root.execute(`INSERT INTO ${schema}.old (id) VALUES (70000)`)
  })
  after(() => server?.stop())

  const advance = () =>
    advanceIds(server.conductor, server.conductor, domain, [
      {
        source: { schema: server.schema, table: 'old' },
        target: { schema: server.schema, table: 'fresh' },
      },
    ])

  it('lifts the counter through the closed fence and leaves no row', async () => {
    const { app, conductor, schema } = server
    const begun = performance.now()
    expect(await advance()).to.deep.equal([{ table: `${schema}.fresh`, from: 1n, to: 70001n }])
    expect(performance.now() - begun).to.be.below(500)
    expect(await conductor.query(`SELECT * FROM ${schema}.fresh`)).to.deep.equal([])
    await setFence(conductor, domain, { closed: false, term: 5, seq: 1, budgetMs: 1000 })
    const { insertId } = await app.execute(
      `INSERT INTO fresh (slug, price, kind, at, parent) VALUES ('x', 1, 'a', NOW(), 70001)`,
    )
    expect(insertId).to.equal('70001')
  })

  it('leaves a counter alone that is high enough', async () => {
    await setFence(server.conductor, domain, { closed: true, term: 6, seq: 2, budgetMs: 1000 })
    expect(await advance()).to.deep.equal([])
  })

  it('says so when the target is not fenced: the conductor may not write there', async () => {
    await server.root.execute(`INSERT INTO ${server.schema}.old (id) VALUES (80000)`)
    await setFence(server.conductor, domain, { closed: false, term: 6, seq: 3, budgetMs: 1000 })
    let thrown: unknown
    await advance().catch((error: unknown) => {
      thrown = error
    })
    expect(thrown).to.be.instanceOf(IdsNotAdvanced)
  })
})
