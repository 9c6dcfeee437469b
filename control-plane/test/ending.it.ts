import { until } from '@matapalo/runtime'
import { expect } from 'chai'
import { ThreeDomains } from './support/threeDomains.ts'

interface Looked {
  readonly state: string
  readonly evidence: readonly {
    readonly what: string
    readonly subject: string
    readonly verdict: string
    readonly by: string | null
  }[]
  readonly inTheWay: readonly { readonly name: string; readonly line: string }[]
  readonly names: Readonly<Record<string, string>>
}

describe('the end of a domain at the monolith', function () {
  this.timeout(180_000)
  let three: ThreeDomains

  before(async () => {
    three = await ThreeDomains.open('ending')
    await three.migrate()
    expect((await three.transfer('cutover')).state).to.equal('completed')
  })
  after(() => three?.close())

  const path = (domain: string): string => `/v1/domains/${domain}/decommission`
  const look = (domain: string): Promise<Looked> => three.rig.must('GET', path(domain))
  const act = (domain: string, body: object) =>
    three.rig.api<{ state: string; error: { message: string } }>('POST', path(domain), {
      actor: 'test',
      ...body,
    })
  const must = async (domain: string, body: object): Promise<string> => {
    const { status, body: answer } = await act(domain, body)
    expect(status, JSON.stringify(answer)).to.equal(200)
    return answer.state
  }
  const nameAt = async (id: number): Promise<unknown> => {
    const [row] = await three.root.monolith.query(
      'SELECT name FROM bookshop.matapalo_old_left_thing WHERE id = ?',
      [id],
    )
    return row?.name
  }
  const failing = (sql: string): Promise<number | null> =>
    three.rig.monolith.execute(sql).then(
      () => null,
      (error: { errno?: number }) => error.errno ?? -1,
    )

  it('shows who still reads the old tables, and says unknown where it cannot know', async () => {
    await three.rig.monolith.query(
      'SELECT t.name FROM left_thing t JOIN books b ON b.id = t.id WHERE t.id = 1',
    )
    const { evidence, inTheWay } = await look('left')
    const of = (what: string) => evidence.find((line) => line.what === what)
    expect(of('read')).to.deep.include({ subject: 'left_thing', verdict: 'seen' })
    expect(of('join')?.by).to.contain('books')
    expect(of('write')?.verdict).to.equal('none')
    expect(of('route')?.verdict).to.equal('none')
    expect(of('direct')?.verdict).to.equal('unknown')
    expect(inTheWay.map(({ name }) => name)).to.include.members(['readers', 'grants'])
  })

  it('waits for the end of the reverse window, unless a person goes on without', async () => {
    const line = async (): Promise<boolean> =>
      (await look('right')).inTheWay.some(({ name }) => name === 'reverseWindow')
    const over = await until(async () => !(await line()), { timeoutMs: 20_000, everyMs: 500 })
    expect(over).to.equal(true)
  })

  it('changes nothing before it has the rights, and prints the DDL that gives them', async () => {
    const { status, body } = await act('left', { act: 'rename', without: ['readers'] })
    expect(status).to.equal(409)
    const [, grant] = /(GRANT [^;]+);/.exec(body.error.message) ?? []
    expect(grant).to.contain('ALTER, CREATE, DROP')
    expect(await failing('SELECT 1 FROM left_thing')).to.equal(null)
    await three.root.monolith.execute(String(grant))
    await three.root.monolith.execute("GRANT CREATE VIEW ON bookshop.* TO 'matapalo_conductor'@'%'")
  })

  it('renames the tables, leaves a view that only reads, and keeps the way back fed', async () => {
    expect(await must('left', { act: 'rename', view: true })).to.equal('renamed')
    expect(await failing('SELECT name FROM left_thing WHERE id = 1')).to.equal(null)
    expect(await failing("UPDATE left_thing SET name = 'z' WHERE id = 1")).to.equal(1644)
    await three.rig.service.execute("INSERT INTO left_item VALUES (500, 'late', 'open')")
    const arrived = await until(async () => (await nameAt(500)) === 'late', { timeoutMs: 20_000 })
    expect(arrived).to.equal(true)
    const refused = await three.rig.api('POST', '/v1/transfers', {
      kind: 'rollback',
      domains: ['left'],
      without: ['parity', 'writers'],
    })
    expect(refused.status).to.equal(409)
  })

  it('gives everything back on an undo: the domain can still be rolled back', async () => {
    expect(await must('left', { act: 'undo' })).to.equal('undone')
    expect((await act('left', { act: 'undo' })).status).to.equal(409)
    expect((await three.transfer('rollback')).error).to.equal(null)
    await three.settled('monolith')
    await three.verify()
    expect((await three.transfer('cutover')).error).to.equal(null)
    await three.settled('service')
  })

  it('drops nothing that others still point at, and names the DDL', async () => {
    await three.root.monolith.execute(
      `CREATE TABLE bookshop.left_note (id INT PRIMARY KEY, thing INT NOT NULL,
         CONSTRAINT note_thing FOREIGN KEY (thing) REFERENCES bookshop.left_thing (id))`,
    )
    expect((await act('left', { act: 'drop' })).status).to.equal(409)
    const without = ['readers', 'reverseWindow']
    expect(await must('left', { act: 'rename', without })).to.equal('renamed')
    const { body } = await act('left', { act: 'drop', without })
    const [, ddl] = /(ALTER TABLE [^;]+);/.exec(body.error.message) ?? []
    expect(ddl).to.contain('DROP FOREIGN KEY `note_thing`')
    await three.root.monolith.execute(String(ddl))
  })

  it('drops the old tables, and fences and feeds with them, while the others go on', async () => {
    const without = ['readers', 'reverseWindow']
    expect(await must('left', { act: 'drop', without })).to.equal('dropped')
    expect(await three.domain('left')).to.include({ phase: 'decommissioned', frozen: null })
    for (const db of [three.root.monolith, three.root.service]) {
      expect(await db.query("SHOW TABLES FROM matapalo LIKE '%\\_left'")).to.deep.equal([])
      const triggers = await db.query(
        "SELECT TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_NAME LIKE 'matapalo\\_left\\_%'",
      )
      expect(triggers).to.deep.equal([])
    }
    expect(await failing('SELECT 1 FROM left_thing')).to.equal(1146)
    await three.rig.service.execute("UPDATE left_item SET name = 'alone' WHERE id = 500")
    await three.rig.service.execute("INSERT INTO right_item VALUES (501, 'on', 'open')")
    const arrived = async (): Promise<boolean> =>
      (await three.root.monolith.query('SELECT 1 FROM bookshop.right_thing WHERE id = 501'))
        .length > 0
    expect(await until(arrived, { timeoutMs: 30_000, everyMs: 100 })).to.equal(true)
    const { status } = await act('left', { act: 'undo' })
    expect(status).to.equal(409)
  })

  it('killed in mid rename, goes on when it is asked again', async () => {
    const without = ['readers', 'reverseWindow']
    const state = async (): Promise<string> => (await look('right')).state
    await three.root.monolith.session(async (session) => {
      await session.execute('START TRANSACTION')
      await session.query('SELECT * FROM bookshop.right_thing LIMIT 1')
      const cut = act('right', { act: 'rename', without }).catch(() => undefined)
      expect(
        await until(async () => (await state()) === 'renaming', { timeoutMs: 10_000 }),
      ).to.equal(true)
      three.rig.stack.kill('control-plane')
      await cut
      await session.execute('ROLLBACK')
    })
    await three.rig.stack.ready('control-plane')
    const answers = async (): Promise<boolean> =>
      (await act('right', { act: 'rename', without }).catch(() => undefined))?.status === 200
    expect(await until(answers, { timeoutMs: 20_000, everyMs: 300 })).to.equal(true)
    expect(await state()).to.equal('renamed')
    const path = '/v1/domains/right/unfreeze'
    await three.rig.must('POST', path, { actor: 'test' })
    const refused = await three.rig.api('POST', '/v1/transfers', {
      kind: 'rollback',
      domains: ['right'],
      without: ['parity', 'writers'],
    })
    expect(refused.status).to.equal(409)
  })

  it('retires the monolith when nothing is left, and not before', async () => {
    const early = await three.rig.api<{ error: { message: string } }>(
      'POST',
      '/v1/monolith/retire',
      {},
    )
    expect(early.status).to.equal(409)
    expect(early.body.error.message).to.contain('pages, right')
    expect(await must('pages', { act: 'rename', without: ['reverseWindow'] })).to.equal('dropped')
    const without = ['readers', 'reverseWindow']
    expect(await must('right', { act: 'drop', without })).to.equal('dropped')
    const report = await three.rig.must<{
      unserved: string[]
      unknown: object[]
      proven: object[]
    }>('POST', '/v1/monolith/retire', { actor: 'test' })
    expect(report.unserved.length).to.be.greaterThan(0)
    expect(report.unknown.length).to.be.greaterThan(0)
    expect(report.proven.length).to.be.greaterThan(0)
    const gone = await until(() => three.rig.edge.table?.retired === true, { timeoutMs: 5000 })
    expect(gone).to.equal(true)
    expect(three.rig.edge.table?.upstreams).to.not.have.property('monolith')
    expect(three.rig.edge.table?.routes.map(({ domain }) => domain)).to.not.include(null)
    expect(new Set(await three.owners())).to.deep.equal(new Set(['service']))
  })
})
