import { openDb, serverErrorNumber } from '@matapalo/runtime'
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

  it('reads on while more is refused', async () => {
    const { app, conductor } = server
    const before = await countRefusals(conductor, domain)
    const insert = async (id: number): Promise<void> => {
      await app.execute('INSERT INTO books (id, price) VALUES (?, 1)', [id]).catch(() => undefined)
    }
    const all = 400
    let done = 0
    const writing = Promise.all(
      [0, 1, 2, 3].map(async () => {
        while (done < all) {
          done += 1
          await insert(1_000 + done)
        }
      }),
    )
    // One that ends while the history is read lies ahead of "now".
    while (done < all) await collectRefusals(conductor)
    await writing
    await collectRefusals(conductor)
    expect((await countRefusals(conductor, domain)) - before).to.be.at.least(all)
  })

  it('keeps what was denied after privileges were taken, and nobody else’s denials', async () => {
    const { conductor, root, rootUrl, schema } = server
    const account = `'refused_app'@'%'`
    await root.execute(`CREATE TABLE ${schema}.other (id INT PRIMARY KEY)`)
    await root.execute(`CREATE USER ${account} IDENTIFIED BY 'test-password'`)
    await root.execute(`GRANT SELECT ON ${schema}.* TO ${account}`)
    const url = rootUrl(schema)
    url.username = 'refused_app'
    url.password = 'test-password'
    const denied = openDb({ url, poolSize: 1 })
    const errors: (number | undefined)[] = []
    try {
      for (const sql of [
        'UPDATE books SET price = 4 WHERE id = -1',
        `REPLACE INTO ${schema}.books (id, price) VALUES (1, 3)`,
        'DELETE FROM other',
      ])
        await denied.execute(sql).catch((error: unknown) => errors.push(serverErrorNumber(error)))
      expect(errors).to.deep.equal([1142, 1142, 1142])
      const known = await countRefusals(conductor, domain)
      const fenced = [{ domain, schema, tables: ['books'] }]
      await collectRefusals(conductor, fenced)
      await collectRefusals(conductor, fenced)
      const found = (await readRefusals(conductor, domain)).slice(0, 2)
      expect(found.map(({ table, op }) => [table, op])).to.deep.equal([
        ['books', 'REPLACE'],
        ['books', 'UPDATE'],
      ])
      expect(found[1]?.statement).to.equal('UPDATE books SET price = 4 WHERE id = -1')
      for (const one of found) expect(one.account).to.match(/^refused_app@/)
      expect(await countRefusals(conductor, domain)).to.equal(known + 2)
    } finally {
      await denied.close()
      await root.execute(`DROP USER ${account}`)
    }
  })
})
