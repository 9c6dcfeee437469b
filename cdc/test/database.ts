/**
 * A real MariaDB server for integration tests, with the accounts that the toolkit works under, and
 * one schema of the test's own. `MATAPALO_TEST_DB` names a running server's root URL; otherwise the
 * native stack starts its own.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import { type Db, openDb } from '@matapalo/runtime'
import { rootUrl } from '../../scripts/src/stack/mariadb.ts'
import { sharedStack } from '../../scripts/src/stack/testing.ts'

export interface TestDatabase {
  /** The application's schema, made for this test. */
  readonly schema: string
  readonly root: Db
  readonly conductor: Db
  readonly applier: Db
  readonly app: Db
  /** Root's URL, with another schema. */
  rootUrl(schema: string): URL
  stop(): Promise<void>
}

/** Names of our own, since other suites may share the server. */
export const conductorAccount = 'test_conductor'
export const applierAccount = 'test_applier'
const appAccount = 'test_app'
const accounts = [conductorAccount, applierAccount, appAccount]

async function stackServer(): Promise<string> {
  const stack = await sharedStack('monolith-db')
  const port = stack.ports['monolith-db'].main ?? 0
  return rootUrl({ host: '127.0.0.1', port }, stack.credentials.rootPassword).href
}

async function prepareAccounts(root: Db, schema: string, password: string): Promise<void> {
  await root.execute('CREATE DATABASE IF NOT EXISTS matapalo')
  await root.execute(`CREATE DATABASE ${schema} DEFAULT CHARSET utf8mb4`)
  for (const account of accounts) {
    await root.execute(`CREATE USER IF NOT EXISTS '${account}'@'%' IDENTIFIED BY ?`, [password])
    await root.execute(`SET PASSWORD FOR '${account}'@'%' = PASSWORD(?)`, [password])
  }
  for (const grant of [
    `ALL ON matapalo.* TO '${conductorAccount}'@'%' WITH GRANT OPTION`,
    `SELECT, INSERT, UPDATE, DELETE, TRIGGER, LOCK TABLES ON ${schema}.* TO '${conductorAccount}'@'%' WITH GRANT OPTION`,
    `PROCESS, BINLOG MONITOR, CONNECTION ADMIN, BINLOG REPLAY ON *.* TO '${conductorAccount}'@'%'`,
    `SELECT ON performance_schema.* TO '${conductorAccount}'@'%'`,
    `SELECT ON mysql.* TO '${conductorAccount}'@'%'`,
    `SELECT, INSERT, UPDATE, DELETE ON ${schema}.* TO '${applierAccount}'@'%'`,
    `SELECT, INSERT, UPDATE, DELETE ON matapalo.* TO '${applierAccount}'@'%'`,
    `BINLOG REPLAY ON *.* TO '${applierAccount}'@'%'`,
    `SELECT, INSERT, UPDATE, DELETE ON ${schema}.* TO '${appAccount}'@'%'`,
  ]) {
    await root.execute(`GRANT ${grant}`)
  }
}

export async function startDatabase(): Promise<TestDatabase> {
  const base = process.env.MATAPALO_TEST_DB ?? (await stackServer())
  const root = openDb({ url: new URL(base), poolSize: 2 })
  const schema = `shop_${randomBytes(4).toString('hex')}`
  const password = 'test-password'
  await prepareAccounts(root, schema, password)
  const as = (account: string, poolSize = 4): Db => {
    const url = new URL(`mysql://${account}:${password}@127.0.0.1/${schema}`)
    url.port = new URL(base).port
    return openDb({ url, poolSize })
  }
  const conductor = as(conductorAccount)
  const applier = as(applierAccount)
  const app = as(appAccount, 24)
  return {
    schema,
    root,
    conductor,
    applier,
    app,
    rootUrl: (name) => {
      const url = new URL(base)
      url.pathname = `/${name}`
      return url
    },
    stop: async () => {
      await Promise.all([conductor.close(), applier.close(), app.close()])
      await root.execute(`DROP DATABASE ${schema}`)
      await root.close()
    },
  }
}
