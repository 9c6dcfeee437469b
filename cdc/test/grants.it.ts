import { expect } from 'chai'
import { restoreWrites, revokeWrites, writePrivileges } from '../src/grants.ts'
import { startDatabase, type TestDatabase } from './database.ts'

describe('revokeWrites', function () {
  this.timeout(30_000)
  let server: TestDatabase

  before(async () => {
    server = await startDatabase()
    const { root, schema } = server
    await root.execute(`CREATE TABLE ${schema}.books (id INT PRIMARY KEY)`)
    await root.execute(`CREATE USER IF NOT EXISTS 'test_narrow'@'%' IDENTIFIED BY 'x'`)
    await root.execute(`GRANT SELECT, INSERT, UPDATE ON ${schema}.books TO 'test_narrow'@'%'`)
  })
  after(async () => {
    await server?.root.execute(`DROP USER 'test_narrow'@'%'`)
    await server?.stop()
  })

  const rights = async (): Promise<readonly unknown[]> => {
    const rows = await server.root.query(
      `SELECT PRIVILEGE_TYPE AS p FROM information_schema.TABLE_PRIVILEGES
       WHERE TABLE_SCHEMA = ? AND GRANTEE LIKE '%test_narrow%' ORDER BY 1`,
      [server.schema],
    )
    return rows.map(({ p }) => p)
  }

  it('takes writes per table, names wider grants, and gives back exactly what it took, each twice', async () => {
    const { conductor, schema } = server
    const found = await writePrivileges(conductor, {
      schema,
      tables: ['books'],
      accounts: ['test_narrow', 'test_app'],
    })
    expect(found.wider).to.deep.equal(["'test_app'@'%'"])
    expect(found.taken.map(({ grantee }) => grantee)).to.deep.equal(["'test_narrow'@'%'"])
    for (const _ of [1, 2]) {
      await revokeWrites(conductor, schema, found)
      expect(await rights()).to.deep.equal(['SELECT'])
    }
    for (const _ of [1, 2]) {
      await restoreWrites(conductor, schema, JSON.parse(JSON.stringify(found)))
      expect(await rights()).to.deep.equal(['INSERT', 'SELECT', 'UPDATE'])
    }
  })

  it('touches no account that it was not told of', async () => {
    const { conductor, schema } = server
    const owned = { schema, tables: ['books'], accounts: ['somebody'] }
    expect(await writePrivileges(conductor, owned)).to.deep.equal({ taken: [], wider: [] })
  })
})
