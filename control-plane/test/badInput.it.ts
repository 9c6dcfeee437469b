import type { Side } from '@matapalo/core'
import { expect } from 'chai'
import { snapshot } from './support/snapshot.ts'
import { manifests, ThreeDomains } from './support/threeDomains.ts'

interface Refusal {
  readonly error: { readonly code: string; readonly message: string }
}

interface BadInput {
  readonly title: string
  readonly refusedAt: 'register' | 'prepare'
  /** In the manifest: what stands there, and what is written instead. */
  readonly edit?: readonly [find: string, replace: string]
  /** On the real servers: what is broken, and mended afterwards. */
  readonly broken?: readonly (readonly [side: Side, sql: string])[]
  readonly mended?: readonly (readonly [side: Side, sql: string])[]
  /** `at`: part of the named line. */
  readonly problems: readonly {
    readonly file?: string
    readonly at: string
    readonly says: string
    readonly remedy: string
  }[]
}

const thing = 'bookshop.right_thing'
const item = 'catalog.right_item'

const cases: readonly BadInput[] = [
  {
    title: 'a table that does not exist',
    refusedAt: 'prepare',
    edit: ['right_thing:', 'right_thong:'],
    problems: [
      {
        at: 'right_thong:',
        says: 'bookshop.right_thong: does not exist',
        remedy: 'did you mean `right_thing`?',
      },
    ],
  },
  {
    title: 'a column that is neither mapped nor left',
    refusedAt: 'prepare',
    broken: [['monolith', `ALTER TABLE ${thing} ADD note VARCHAR(10) NULL`]],
    mended: [['monolith', `ALTER TABLE ${thing} DROP note`]],
    problems: [
      {
        at: 'right_thing:',
        says: 'right_thing.note: is not mapped',
        remedy: 'say under `leave:` why it stays',
      },
    ],
  },
  {
    title: 'a route of another domain',
    refusedAt: 'register',
    edit: ['/api/right', '/api/left'],
    problems: ['GET,HEAD', 'POST'].map((methods) => ({
      at: '/api/left',
      says: `overlaps the route left ${methods} /api/left of domain left`,
      remedy: 'tell them apart by method, query, host or header',
    })),
  },
  {
    title: 'a name that no manifest knows',
    refusedAt: 'register',
    edit: ['budgets:', 'budget:'],
    problems: [{ at: 'budget:', says: '`budget` is not known here', remedy: 'mend its spelling' }],
  },
  {
    title: 'a cascade out of an owned table, over the border besides',
    refusedAt: 'prepare',
    broken: [
      [
        'monolith',
        `CREATE TABLE bookshop.right_part (id INT PRIMARY KEY, thing_id INT NOT NULL,
           CONSTRAINT right_part_thing FOREIGN KEY (thing_id) REFERENCES ${thing} (id) ON DELETE CASCADE)`,
      ],
    ],
    mended: [['monolith', 'DROP TABLE bookshop.right_part']],
    problems: [
      {
        at: 'right_thing:',
        says: 'foreign key right_part_thing to right_thing has ON DELETE CASCADE',
        remedy: 'ADD CONSTRAINT `right_part_thing_strict`',
      },
      {
        at: 'right_thing:',
        says: "crosses the domain's border without a decision",
        remedy: 'decision: forbid-deletes',
      },
    ],
  },
  {
    title: "the application's trigger on an owned table",
    refusedAt: 'prepare',
    broken: [
      [
        'monolith',
        `CREATE TRIGGER bookshop.right_note AFTER INSERT ON ${thing} FOR EACH ROW
           INSERT INTO bookshop.left_work VALUES (NEW.id)`,
      ],
    ],
    mended: [['monolith', 'DROP TRIGGER bookshop.right_note']],
    problems: [
      {
        at: 'right_thing:',
        says: "the application's trigger right_note (AFTER INSERT) would fire",
        remedy: 'triggers: { right_note:',
      },
    ],
  },
  {
    title: 'a missing grant',
    refusedAt: 'prepare',
    broken: [['service', "REVOKE UPDATE ON catalog.* FROM 'matapalo_applier'@'%'"]],
    mended: [['service', "GRANT UPDATE ON catalog.* TO 'matapalo_applier'@'%'"]],
    problems: [
      {
        at: 'schemas:',
        says: 'matapalo_applier: lacks UPDATE on `catalog`.*',
        remedy: "run: GRANT UPDATE ON `catalog`.* TO 'matapalo_applier'@'%';",
      },
    ],
  },
  {
    title: 'a table without a primary key',
    refusedAt: 'prepare',
    broken: [['monolith', `ALTER TABLE ${thing} MODIFY id INT NOT NULL, DROP PRIMARY KEY`]],
    mended: [
      ['monolith', `ALTER TABLE ${thing} MODIFY id INT NOT NULL AUTO_INCREMENT PRIMARY KEY`],
    ],
    problems: [
      {
        at: 'right_thing:',
        says: 'right_thing: has no primary key',
        remedy: 'ADD COLUMN id BIGINT UNSIGNED',
      },
    ],
  },
  {
    title: 'a target column that is too short',
    refusedAt: 'prepare',
    broken: [['service', `ALTER TABLE ${item} MODIFY name VARCHAR(39) NOT NULL`]],
    mended: [['service', `ALTER TABLE ${item} MODIFY name VARCHAR(40) NOT NULL`]],
    problems: [
      {
        at: 'name: name',
        says: 'varchar(39) is too short for varchar(40)',
        remedy: 'make the target column VARCHAR(40)',
      },
    ],
  },
  {
    title: 'a value outside its map, of a row that is there',
    refusedAt: 'prepare',
    broken: [['monolith', `INSERT INTO ${thing} (id, name, state) VALUES (77, 'odd', 7)`]],
    mended: [['monolith', `DELETE FROM ${thing} WHERE id = 77`]],
    problems: [
      { at: 'enum:', says: 'the source has "7", outside the map', remedy: 'add it to the map' },
    ],
  },
  {
    title: 'a binary log without the names of columns',
    refusedAt: 'prepare',
    broken: [['monolith', "SET GLOBAL binlog_row_metadata = 'NO_LOG'"]],
    mended: [['monolith', "SET GLOBAL binlog_row_metadata = 'FULL'"]],
    problems: [
      {
        file: 'matapalo.yaml',
        at: 'monolith: { host',
        says: 'binlog_row_metadata is NO_LOG, not FULL',
        remedy: "run: SET GLOBAL binlog_row_metadata = 'FULL'",
      },
    ],
  },
]

describe('bad input against real servers', function () {
  this.timeout(180_000)
  let three: ThreeDomains
  const good = manifests.right ?? ''

  before(async () => {
    three = await ThreeDomains.open('bad-input')
  })
  after(() => three?.close())

  const register = (yaml: string) =>
    three.rig.api<Refusal>('POST', '/v1/domains', { yaml, file: 'right.yaml' })
  const prepare = () => three.rig.api<Refusal>('POST', '/v1/domains/right/prepare', {})
  const now = () => snapshot(three.rig, three.root, 'right')
  const run = async (statements: BadInput['broken'] = []): Promise<void> => {
    for (const [side, sql] of statements) await three.root[side].execute(sql)
  }

  /** `file:line:column path: message; remedy`, a line each. */
  const expectProblems = async (message: string, yaml: string, bad: BadInput): Promise<void> => {
    const [head, ...lines] = message.split('\n  ')
    expect(head).to.match(/refused, nothing changed:$/)
    expect(lines, message).to.have.length(bad.problems.length)
    const [project] = await three.rig.ledger.query('SELECT yaml FROM project')
    for (const [index, wanted] of bad.problems.entries()) {
      const found = /^(\S+?):(\d+):(\d+) (.+)$/.exec(lines[index] ?? '')
      const [, file = '', line = '', column = '', rest = ''] = found ?? []
      const name = wanted.file ?? 'right.yaml'
      expect(file.split('/').at(-1), message).to.equal(name)
      const text = name === 'right.yaml' ? yaml : String(project?.yaml)
      expect(text.split('\n')[Number(line) - 1], message).to.include(wanted.at)
      expect(Number(column)).to.be.greaterThan(0)
      expect(rest).to.include(wanted.says)
      expect(rest).to.include(wanted.remedy)
    }
  }

  for (const bad of cases)
    it(`refuses ${bad.title} at ${bad.refusedAt}, and changes nothing`, async () => {
      const [find, replace] = bad.edit ?? ['', '']
      expect(good).to.include(find)
      const yaml = good.replace(find, () => replace)
      if (bad.refusedAt === 'prepare') expect((await register(yaml)).status).to.equal(201)
      await run(bad.broken)
      try {
        const before = await now()
        const answer = bad.refusedAt === 'register' ? await register(yaml) : await prepare()
        expect(answer.status, JSON.stringify(answer.body)).to.equal(422)
        expect(answer.body.error.code).to.equal('MATAPALO_FILE_REFUSED')
        await expectProblems(answer.body.error.message, yaml, bad)
        expect(await now()).to.deep.equal(before)
      } finally {
        await run(bad.mended)
      }
    })

  it('once mended, prepares, and then is seen in the same places', async () => {
    expect((await register(good)).status).to.equal(201)
    const before = await now()
    const { status, body } = await prepare()
    expect(status, JSON.stringify(body)).to.equal(200)
    const after = await now()
    for (const place of Object.keys(before))
      expect(after[place], place).to.not.deep.equal(before[place])
  })

  it('is refused at register already where the domain is prepared: its appliers would follow it', async () => {
    const versions = () => three.rig.ledger.query('SELECT * FROM manifest ORDER BY domain, version')
    const before = await versions()
    const { status, body } = await register(good.replace('name: name', 'name: title'))
    expect(status).to.equal(422)
    expect(body.error.code).to.equal('MATAPALO_FILE_REFUSED')
    expect(body.error.message).to.contain('right_thing.title: does not exist')
    expect(await versions()).to.deep.equal(before)
  })
})
