import { expect } from 'chai'
import {
  loadAppTriggers,
  loadForeignKeys,
  loadGrants,
  loadServer,
  loadShapes,
  loadValues,
  may,
  mayGlobally,
  preparedXa,
} from '../src/shapes.ts'
import { applierAccount, startDatabase, type TestDatabase } from './database.ts'

describe('shapes', function () {
  this.timeout(30_000)
  let server: TestDatabase

  before(async () => {
    server = await startDatabase()
    const { root, schema } = server
    for (const statement of [
      `CREATE TABLE ${schema}.parent (id INT UNSIGNED PRIMARY KEY AUTO_INCREMENT, code CHAR(2) NOT NULL UNIQUE)`,
      `CREATE TABLE ${schema}.child (a INT UNSIGNED, b VARCHAR(10) COLLATE utf8mb4_bin, c DECIMAL(10,2) NOT NULL,
         d DATETIME(3) NULL DEFAULT NULL, e INT AS (a + 1) VIRTUAL, f VARBINARY(7) NOT NULL, g CHAR(1),
         PRIMARY KEY (b, a), UNIQUE KEY two (g, c),
         CONSTRAINT child_parent FOREIGN KEY (a) REFERENCES parent (id) ON DELETE CASCADE)`,
      `CREATE TRIGGER ${schema}.audit AFTER UPDATE ON ${schema}.child FOR EACH ROW SET @x = 1`,
      `CREATE TRIGGER ${schema}.matapalo_x_child_bu BEFORE UPDATE ON ${schema}.child FOR EACH ROW SET @x = 1`,
      `CREATE VIEW ${schema}.glance AS SELECT 1 AS one`,
      `INSERT INTO ${schema}.parent VALUES (1, 'x')`,
      `INSERT INTO ${schema}.child (a, b, c, f, g) VALUES (1, 'q', 1, 'z', 'y'), (1, 'r', 2, 'z', 'Y'), (1, 's', 1, 'z', NULL)`,
    ]) {
      await root.execute(statement)
    }
  })
  after(() => server?.stop())

  it('reads columns, keys and unique keys in order, and no views', async () => {
    const shapes = await loadShapes(server.conductor, server.schema)
    expect(shapes.map(({ table }) => table)).to.deep.equal(['child', 'parent'])
    const [child, parent] = shapes
    expect(child?.primaryKey).to.deep.equal(['b', 'a'])
    expect(child?.uniqueKeys).to.deep.equal([['g', 'c']])
    const byName = Object.fromEntries((child?.columns ?? []).map((one) => [one.name, one]))
    expect(byName.b).to.include({ collation: 'utf8mb4_bin', maxLength: 10, nullable: false })
    expect(byName.c).to.include({ numericPrecision: 10, numericScale: 2, hasDefault: false })
    expect(byName.d).to.include({ datetimePrecision: 3, nullable: true, hasDefault: true })
    expect(byName.e?.generated).to.equal(true)
    expect(byName.f).to.include({ dataType: 'varbinary', maxLength: 7 })
    expect(parent?.columns[0]).to.include({ unsigned: true, autoIncrement: true })
  })

  it('reads foreign keys with their rules', async () => {
    const [key] = await loadForeignKeys(server.conductor, server.schema)
    expect(key).to.include({
      constraint: 'child_parent',
      table: 'child',
      referencedTable: 'parent',
      onDelete: 'CASCADE',
    })
    expect(key?.columns).to.deep.equal(['a'])
  })

  it("lists the application's triggers, not the toolkit's", async () => {
    const triggers = await loadAppTriggers(server.conductor, server.schema)
    expect(triggers.map(({ name, fires }) => [name, fires])).to.deep.equal([
      ['audit', 'AFTER UPDATE'],
    ])
  })

  it("sees other accounts' grants", async () => {
    const grants = await loadGrants(server.conductor, [server.schema])
    expect(may(grants, 'test_app', 'DELETE', server.schema, 'child')).to.equal(true)
    expect(may(grants, 'test_app', 'DROP', server.schema, 'child')).to.equal(false)
    expect(mayGlobally(grants, applierAccount, ['BINLOG REPLAY'])).to.equal(true)
  })

  it('reads the server, its settings and prepared XA transactions', async () => {
    const facts = await loadServer(server.conductor)
    expect(facts).to.include({ logBin: true, binlogFormat: 'ROW', binlogRowImage: 'FULL' })
    expect(facts).to.include({ galera: false, performanceSchema: true })
    await server.root.session(async (session) => {
      await session.execute("XA START 'half'")
      await session.execute(`INSERT INTO ${server.schema}.parent VALUES (2, 'z')`)
      await session.execute("XA END 'half'")
      await session.execute("XA PREPARE 'half'")
      expect(await preparedXa(server.root)).to.deep.equal(['half'])
      await session.execute("XA ROLLBACK 'half'")
    })
  })

  it('reads distinct values by their bytes', async () => {
    const values = await loadValues(server.root, server.schema, [
      { table: 'child', column: 'g', atMost: 10 },
      { table: 'child', column: 'gone', atMost: 10 },
    ])
    expect(values.child?.g).to.have.members(['y', 'Y'])
  })
})
