import { openDb, until } from '@matapalo/runtime'
import { expect } from 'chai'
import { Rig } from './support/rig.ts'

interface Gate {
  readonly gate: string
  readonly verdict: string
  readonly line: string
}

describe('the gates of a transfer', function () {
  this.timeout(120_000)
  let rig: Rig

  before(async () => {
    rig = await Rig.open('gates')
    await rig.migrate()
    await rig.passable('cutover')
  })
  after(() => rig?.close())

  const gates = async (): Promise<ReadonlyMap<string, Gate>> => {
    const answer = await rig.must<{ gates: Gate[] }>('GET', '/v1/domains/catalog/explain')
    return new Map(answer.gates.map((one) => [one.gate, one]))
  }
  /** A gate's line, once it gives that answer: looks are a second or two apart. */
  const answers = async (gate: string, verdict: string): Promise<string> => {
    const found = async () => {
      const one = (await gates()).get(gate)
      return one?.verdict === verdict && one.line
    }
    return (await until(found, { timeoutMs: 10_000, everyMs: 200 })) || `no ${verdict} of ${gate}`
  }
  const prepare = () => rig.must('POST', '/v1/domains/catalog/prepare', {})

  /** As the account that migrates the monolith's schema. */
  const ddl = async (...statements: readonly string[]): Promise<void> => {
    const db = openDb({
      url: new URL(rig.stack.urls['monolith-db.bookshop_ddl'] ?? ''),
      poolSize: 1,
    })
    try {
      await db.session(async (session) => {
        for (const statement of statements) await session.execute(statement)
      })
    } finally {
      await db.close()
    }
  }

  it('all pass when nothing is wrong, in both directions, and the probe leaves nothing behind', async () => {
    const rows = () => rig.monolith.query('CHECKSUM TABLE books, categories')
    const before = await rows()
    for (const [gate, { verdict, line }] of await gates()) {
      const wanted = { parity: 'not configured', disk: 'unknown' }[gate] ?? 'pass'
      expect(verdict, line).to.equal(wanted)
    }
    expect(await rows()).to.deep.equal(before)
    const { error } = await rig.transfer()
    expect(error).to.equal(null)
    await rig.passable('rollback')
    await rig.transfer()
    await rig.passable('cutover')
  })

  it('names the transaction that wrote a book and an order, until it is prepared again', async () => {
    await rig.monolith.transaction(async (session) => {
      await session.execute(
        "INSERT INTO job_runs (job, reference, started) VALUES ('checkout', UUID(), NOW())",
      )
      await session.execute('UPDATE books SET stock = stock - 1 WHERE id = 4')
    })
    const writers = await answers('writers', 'fail')
    expect(writers).to.contain('bookshop.books together with bookshop.job_runs')
    expect(writers).to.contain('UPDATE books SET stock = stock - ? WHERE id = ?')
    const { status } = await rig.api('POST', '/v1/transfers', {
      kind: 'cutover',
      domains: ['catalog'],
      without: ['parity'],
    })
    expect(status).to.equal(409)
    await prepare()
    expect((await gates()).get('writers')?.verdict).to.equal('inconclusive')
    await rig.passable('cutover')
  })

  it('names an account that nobody declared', async () => {
    await ddl('UPDATE books SET stock = stock + 1 WHERE id = 5')
    expect(await answers('writers', 'fail')).to.contain(
      'account bookshop_ddl may write bookshop.categories',
    )
    await prepare()
    await rig.passable('cutover')
  })

  it('does not take what it could not read for nothing', async () => {
    await rig.ledger.execute(
      "UPDATE binlog_watch SET file = 'binlog.999999' WHERE side = 'monolith'",
    )
    expect(await answers('writers', 'inconclusive')).to.contain('than could be read, or purged')
    await prepare()
    await rig.passable('cutover')
  })

  it('names the column that has changed since', async () => {
    await ddl('ALTER TABLE books MODIFY title VARCHAR(240) NOT NULL')
    const schema = (await gates()).get('schema')
    expect(schema?.verdict).to.equal('fail')
    expect(schema?.line).to.match(/books\.title was varchar\(\d+\) .*, is varchar\(240\)/)
  })

  it('refuses while XA is in use', async () => {
    await rig.monolith.session(async (session) => {
      await session.execute("XA START 'x'")
      await session.execute("XA END 'x'")
      await session.execute("XA ROLLBACK 'x'")
    })
    expect((await gates()).get('xa')?.line).to.contain('1 XA START since')
  })

  it('refuses when a grant is gone', async () => {
    const root = openDb({ url: new URL(rig.stack.urls['services-db.root'] ?? ''), poolSize: 1 })
    try {
      await root.execute("REVOKE UPDATE ON catalog.* FROM 'matapalo_applier'@'%'")
      expect((await gates()).get('grants')?.line).to.contain('matapalo_applier: lacks UPDATE')
      await root.execute("GRANT UPDATE ON catalog.* TO 'matapalo_applier'@'%'")
      expect((await gates()).get('grants')?.verdict).to.equal('pass')
    } finally {
      await root.close()
    }
  })

  it('refuses a binary log that is kept for less than the reverse window', async () => {
    const root = openDb({ url: new URL(rig.stack.urls['monolith-db.root'] ?? ''), poolSize: 1 })
    try {
      await root.execute('SET GLOBAL binlog_expire_logs_seconds = 600')
      expect((await gates()).get('binlogRetention')?.line).to.contain('kept for 600 s')
      await root.execute('SET GLOBAL binlog_expire_logs_seconds = 604800')
    } finally {
      await root.close()
    }
  })

  it('refuses when a row could not come back', async () => {
    // Of the rows that are there the server asks nothing; of a new one it would.
    await ddl(
      'SET SESSION check_constraint_checks = 0',
      "ALTER TABLE books ADD CONSTRAINT other CHECK (title <> 'Book 1')",
    )
    expect(await answers('reversePath', 'fail')).to.contain(
      'books→product, inventory could not be written back at the monolith',
    )
  })
})
