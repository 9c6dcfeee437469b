import { expect } from 'chai'
import { restoreWrites, revokeWrites } from '../src/grants.ts'
import { applierAccount, conductorAccount, startDatabase, type TestDatabase } from './database.ts'

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

  it('takes writes per table, names wider grants, and gives back exactly what it took', async () => {
    const { conductor, schema } = server
    const except = [applierAccount, conductorAccount, 'root', 'mysql', 'mariadb.sys']
    const taken = await revokeWrites(conductor, { schema, tables: ['books'], except })
    expect(taken.wider).to.include("'test_app'@'%'")
    expect(await rights()).to.deep.equal(['SELECT'])
    await restoreWrites(conductor, schema, JSON.parse(JSON.stringify(taken)))
    expect(await rights()).to.deep.equal(['INSERT', 'SELECT', 'UPDATE'])
  })
})
