/**
 * Two small domains with one table each, `left` and `right`, and `pages` without any, on a rig; left
 * has work in flight to count and an outbox, whose events a trigger keeps for the tests to see.
 */
import type { Side } from '@matapalo/core'
import { type Db, openDb, until } from '@matapalo/runtime'
import { expect } from 'chai'
import type { TransferReport } from '../../src/report.ts'
import { Rig } from './rig.ts'

export const small = ['left', 'right'] as const
export const group = ['left', 'pages', 'right'] as const

const head = (domain: string): string => `
domain: ${domain}
upstream: catalog
routes: [{ path: /api/${domain}, methods: [GET, POST] }]
budgets: { reverseWindow: 5s }
`

const stored = (domain: string): string => `${head(domain)}
schemas: { source: bookshop, target: catalog }
accounts: { source: bookshop, target: catalog }
tables:
  ${domain}_thing:
    to: { ${domain}_item: { id: id, name: name, state: { from: state, enum: { 0: open, 1: done } } } }
`

export const manifests: Readonly<Record<string, string>> = {
  left: `${stored('left')}
serviceOnly: [left_outbox, left_work]
drain: [{ query: SELECT COUNT(*) FROM bookshop.left_work, database: monolith, settle: 600ms }]
emits:
  - into: left_outbox
    stamp: created_at
    of: left_thing
    on: [insert, update]
    when: { state: done }
    type: left.done
    aggregate: { type: left, id: id }
    payload:
      id: { column: id, as: number }
      name: name
      all: { rows: left_item, by: { id: id }, columns: { state: state } }
      states: { rows: left_item, by: { id: id }, value: state }
      first: { row: left_item, by: { id: id }, value: { column: id, as: number } }
  - into: left_outbox
    stamp: created_at
    of: left_thing
    on: [insert]
    when: { name: twice }
    notFirstOf: name
    type: left.again
    aggregate: { type: left, id: id }
    payload: { id: { column: id, as: number } }
`,
  right: stored('right'),
  pages: head('pages'),
}

const columns = 'id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(40) NOT NULL'
const atMonolith = [
  ...small.map((one) => `CREATE TABLE bookshop.${one}_thing (${columns}, state TINYINT NOT NULL)`),
  'CREATE TABLE bookshop.left_work (id INT PRIMARY KEY)',
  ...small.map(
    (one) => `GRANT SELECT, INSERT, UPDATE, DELETE ON bookshop.${one}_thing TO bookshop@'%'`,
  ),
  ...small.map(
    (one) => `INSERT INTO bookshop.${one}_thing (name, state) VALUES ('a', 0), ('b', 1)`,
  ),
]
const atService = [
  ...small.map(
    (one) => `CREATE TABLE catalog.${one}_item (${columns}, state ENUM('open','done') NOT NULL)`,
  ),
  'CREATE TABLE catalog.left_work (id INT PRIMARY KEY)',
  `CREATE TABLE catalog.left_outbox (id CHAR(36) PRIMARY KEY, aggregatetype VARCHAR(40) NOT NULL,
     aggregateid VARCHAR(80) NOT NULL, type VARCHAR(60) NOT NULL, payload LONGTEXT NOT NULL,
     created_at DATETIME(6) NOT NULL)`,
  'CREATE TABLE catalog.left_heard (n INT AUTO_INCREMENT PRIMARY KEY, id CHAR(36), type VARCHAR(60), payload LONGTEXT)',
  `CREATE TRIGGER catalog.left_hear AFTER INSERT ON catalog.left_outbox FOR EACH ROW
     INSERT INTO catalog.left_heard (id, type, payload) VALUES (NEW.id, NEW.type, NEW.payload)`,
  ...small.map(
    (one) => `GRANT SELECT, INSERT, UPDATE, DELETE ON catalog.${one}_item TO catalog@'%'`,
  ),
]

/** Errors of SQL by side: null when the write passed. */
export type Writers = Readonly<Record<Side, number | null>>

export class ThreeDomains {
  readonly rig: Rig
  readonly root: Readonly<Record<Side, Db>>

  private constructor(rig: Rig) {
    this.rig = rig
    const db = (name: string): Db =>
      openDb({ url: new URL(rig.stack.urls[name] ?? ''), poolSize: 3 })
    this.root = { monolith: db('monolith-db.root'), service: db('services-db.root') }
  }

  static async open(name: string): Promise<ThreeDomains> {
    const three = new ThreeDomains(await Rig.open(name))
    for (const sql of atMonolith) await three.root.monolith.execute(sql)
    for (const sql of atService) await three.root.service.execute(sql)
    for (const domain of ['right', 'left', 'pages']) {
      const yaml = manifests[domain]
      await three.rig.must('POST', '/v1/domains', { yaml, file: `${domain}.yaml` })
    }
    return three
  }

  /** Prepares, backfills and verifies the two with tables; prepares the pages. */
  async migrate(): Promise<void> {
    for (const domain of group) await this.rig.must('POST', `/v1/domains/${domain}/prepare`, {})
    for (const domain of small) {
      await this.rig.must('POST', `/v1/domains/${domain}/backfill`, { action: 'start' })
      const complete = async (): Promise<boolean> =>
        (await this.domain(domain)).backfill === 'complete'
      expect(await until(complete, { timeoutMs: 60_000, everyMs: 200 }), domain).to.equal(true)
    }
    await this.verify()
  }

  async verify(): Promise<void> {
    for (const domain of small) {
      const path = `/v1/domains/${domain}/verify`
      const { outcome } = await this.rig.must<{ outcome: string }>('POST', path, {})
      expect(outcome, domain).to.equal('clean')
    }
  }

  async domain(name: string): Promise<Readonly<Record<string, unknown>>> {
    const [row] = await this.rig.ledger.query('SELECT * FROM domain WHERE name = ?', [name])
    return row ?? {}
  }

  async owners(): Promise<readonly unknown[]> {
    const rows = await this.rig.ledger.query('SELECT owner FROM domain ORDER BY name')
    return rows.map((row) => row.owner)
  }

  async begin(kind: 'cutover' | 'rollback', more: object = {}): Promise<number> {
    let last: unknown
    const asked = await until(
      async () => {
        const answer = await this.rig.api<{ id: number }>('POST', '/v1/transfers', {
          kind,
          domains: group,
          without: ['parity', 'writers'],
          actor: 'test',
          ...more,
        })
        last = answer.body
        return answer.status === 202 ? answer.body.id : undefined
      },
      { timeoutMs: 25_000, everyMs: 300 },
    )
    if (asked === undefined) throw new Error(`${kind} refused: ${JSON.stringify(last)}`)
    return asked
  }

  async transfer(kind: 'cutover' | 'rollback', more: object = {}): Promise<TransferReport> {
    return this.rig.ended(await this.begin(kind, more))
  }

  /** One write of each application on each domain's table. */
  async writers(domain: string): Promise<Writers> {
    const attempt = (work: Promise<unknown>): Promise<number | null> =>
      work.then(
        () => null,
        (error: { errno?: number }) => error.errno ?? -1,
      )
    const [monolith, service] = await Promise.all([
      attempt(
        this.rig.monolith.execute(`INSERT INTO ${domain}_thing (name, state) VALUES ('w', 0)`),
      ),
      attempt(
        this.rig.service.execute(`INSERT INTO ${domain}_item (name, state) VALUES ('w', 'open')`),
      ),
    ])
    return { monolith, service }
  }

  /** Exactly the owner may write, in both domains. */
  async settled(owner: Side): Promise<void> {
    for (const domain of small)
      expect(await this.writers(domain), domain).to.deep.equal({
        monolith: owner === 'monolith' ? null : 1644,
        service: owner === 'service' ? null : 1644,
      })
    expect(await this.owners()).to.deep.equal(group.map(() => owner))
  }

  async close(): Promise<void> {
    await Promise.all([this.root.monolith.close(), this.root.service.close()])
    await this.rig.close()
  }
}
