import { serverErrorNumber, sleep } from '@matapalo/runtime'
import { expect } from 'chai'
import { runDdl } from '../../src/fence/ddl.ts'
import { startDatabase, type TestDatabase } from '../database.ts'

const tables = ['first', 'second', 'third', 'fourth']
/** Long enough that the server has work with it. */
const body = `BEGIN IF NEW.a > 5 THEN ${'SET NEW.a = NEW.a + 1; '.repeat(40)} END IF; END`

describe('DDL on tables in use', function () {
  this.timeout(30_000)
  let server: TestDatabase

  const name = (table: string): string => `${server.schema}.${table}`
  const drop = async (table: string): Promise<void> => {
    await server.root.execute(`DROP TABLE IF EXISTS ${name(table)}`)
  }
  const trigger = (table: string, event: string): string =>
    `CREATE OR REPLACE TRIGGER ${server.schema}.${table}_${event} BEFORE ${event} ON ${name(table)} FOR EACH ROW ${body}`
  const triggers = async (): Promise<readonly string[]> => {
    const rows = await server.root.query(
      `SELECT CONCAT(EVENT_OBJECT_TABLE, ' ', EVENT_MANIPULATION) AS t
       FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = ? ORDER BY 1`,
      [server.schema],
    )
    return rows.map(({ t }) => String(t))
  }

  before(async () => {
    server = await startDatabase()
  })
  beforeEach(async () => {
    for (const table of tables) {
      await drop(table)
      await drop(`old_${table}`)
      await server.root.execute(`CREATE TABLE ${name(table)} (id INT PRIMARY KEY, a INT)`)
      for (const event of ['INSERT', 'UPDATE']) await server.root.execute(trigger(table, event))
    }
  })
  after(() => server?.stop())

  it('is never ended once it runs, or tables would lose their triggers', async () => {
    const list = (from: string, to: string): string =>
      tables.map((one) => `${name(from + one)} TO ${name(to + one)}`).join(', ')
    await server.root.session(async (session) => {
      await session.execute('SET SESSION max_statement_time = 0.0005')
      for (let n = 0; n < 10; n += 1)
        for (const [from, to] of [
          ['', 'old_'],
          ['old_', ''],
        ] as const) {
          const done = await runDdl(session, `RENAME TABLE ${list(from, to)}`, { budgetMs: 5_000 })
          expect(done.lastError).to.equal(undefined)
        }
      await session.execute('SET SESSION max_statement_time = 0')
    })
    const both = tables.flatMap((table) => [`${table} INSERT`, `${table} UPDATE`])
    expect(await triggers()).to.deep.equal(both.sort())
  })

  it('lets others pass while a transaction keeps the table, and says so at the end', async () => {
    const [held, free] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const holder = server.app.transaction(async (session) => {
      await session.query('SELECT * FROM first')
      held.resolve()
      await free.promise
    })
    await held.promise
    const ddl = runDdl(server.root, trigger('first', 'INSERT'), { budgetMs: 700 })
    let slowest = 0
    for (let n = 0; n < 20; n += 1) {
      const begun = performance.now()
      await server.app.query('SELECT * FROM first')
      slowest = Math.max(slowest, performance.now() - begun)
      await sleep(20)
    }
    const done = await ddl
    free.resolve()
    await holder
    expect(done.value).to.equal(undefined)
    expect(serverErrorNumber(done.lastError)).to.equal(1205)
    expect(done.attempts).to.be.greaterThan(5)
    // Behind a waiting DDL they would have queued until its end.
    expect(slowest).to.be.lessThan(400)
  })

  it('waits for a table that is never free', async () => {
    let over = false
    const busy = Array.from({ length: 4 }, async (_, n) => {
      await sleep(n * 15)
      while (!over) {
        await server.app.transaction(async (session) => {
          await session.query('SELECT * FROM second')
          await sleep(60)
        })
      }
    })
    await sleep(100)
    const done = await runDdl(server.root, trigger('second', 'UPDATE'), { budgetMs: 10_000 })
    over = true
    await Promise.all(busy)
    expect(done.value).not.to.equal(undefined)
  })
})
