/**
 * Who may do what on the two database servers: one definition for the native stack and for compose.
 *
 * Accounts of the application hold only rows of their own schema; schema changes have accounts of
 * their own, so that the application could not TRUNCATE past a trigger (it has no DROP).
 *
 * @module
 */
import type { Db } from '@matapalo/runtime'
import type { DatabaseServer } from './components/urls.ts'
import type { AccountName, Secrets } from './secrets.ts'

interface Grant {
  readonly account: AccountName
  readonly privileges: string
  readonly on: string
  readonly grantOption?: boolean
}

interface ServerAccounts {
  readonly schemas: readonly string[]
  readonly grants: readonly Grant[]
  /** On tables that migrations make. */
  readonly lateGrants: readonly Grant[]
}

/** The services' schemas, each with an application account of its name. */
export const serviceSchemas = ['catalog', 'users', 'orders', 'support'] as const

const rows = 'SELECT, INSERT, UPDATE, DELETE'
const toolkit = 'matapalo.*'

const ofApplication = (application: AccountName, ddl: AccountName): readonly Grant[] => {
  const schema = `${application}.*`
  return [
    { account: application, privileges: rows, on: schema },
    { account: ddl, privileges: 'ALL PRIVILEGES', on: schema },
  ]
}

/** The toolkit's accounts on a server whose application schemas are these. */
const ofToolkit = (schemas: readonly string[]): readonly Grant[] => [
  { account: 'matapalo_conductor', privileges: 'ALL PRIVILEGES', on: toolkit, grantOption: true },
  {
    account: 'matapalo_conductor',
    privileges: 'PROCESS, BINLOG MONITOR, CONNECTION ADMIN, BINLOG REPLAY',
    on: '*.*',
  },
  { account: 'matapalo_conductor', privileges: 'SELECT', on: 'mysql.*' },
  { account: 'matapalo_conductor', privileges: 'SELECT', on: 'performance_schema.*' },
  { account: 'matapalo_applier', privileges: rows, on: toolkit },
  { account: 'matapalo_applier', privileges: 'BINLOG REPLAY, BINLOG ADMIN', on: '*.*' },
  { account: 'matapalo_feed', privileges: 'REPLICATION SLAVE, BINLOG MONITOR', on: '*.*' },
  { account: 'matapalo_feed', privileges: `${rows}, LOCK TABLES`, on: toolkit },
  { account: 'matapalo_edge', privileges: 'SELECT, UPDATE', on: toolkit },
  ...schemas.flatMap((schema): readonly Grant[] => [
    {
      account: 'matapalo_conductor',
      privileges: `${rows}, TRIGGER, LOCK TABLES`,
      on: `${schema}.*`,
      grantOption: true,
    },
    { account: 'matapalo_applier', privileges: rows, on: `${schema}.*` },
    { account: 'matapalo_feed', privileges: 'SELECT, LOCK TABLES', on: `${schema}.*` },
  ]),
]

/** The services' own event feed, which outlives the migration. */
const ofOutboxes = (schemas: readonly string[]): readonly Grant[] => [
  { account: 'outbox_feed', privileges: 'REPLICATION SLAVE, BINLOG MONITOR', on: '*.*' },
  ...schemas.map(
    (schema): Grant => ({
      account: 'outbox_feed',
      privileges: 'SELECT, LOCK TABLES',
      on: `${schema}.*`,
    }),
  ),
]

export const serverAccounts: Readonly<Record<DatabaseServer, ServerAccounts>> = {
  'monolith-db': {
    schemas: ['bookshop', 'matapalo'],
    grants: [...ofApplication('bookshop', 'bookshop_ddl'), ...ofToolkit(['bookshop'])],
    lateGrants: [],
  },
  'services-db': {
    schemas: [...serviceSchemas, 'ledger', 'matapalo'],
    grants: [
      ...serviceSchemas.flatMap((schema) => ofApplication(schema, `${schema}_ddl`)),
      ...ofApplication('ledger', 'ledger_ddl'),
      { account: 'ledger_reader', privileges: 'SELECT', on: 'ledger.*' },
      ...ofToolkit(serviceSchemas),
      ...ofOutboxes(serviceSchemas),
    ],
    lateGrants: [{ account: 'ledger_reader', privileges: rows, on: 'ledger.edge' }],
  },
}

const grantSql = ({ account, privileges, on, grantOption }: Grant): string =>
  `GRANT ${privileges} ON ${on} TO ${account}@'%'${grantOption === true ? ' WITH GRANT OPTION' : ''}`

/** Schemas, accounts and grants of one server; safe to repeat. */
export function accountSql(server: DatabaseServer, secrets: Secrets): readonly string[] {
  const { schemas, grants } = serverAccounts[server]
  const accounts = [...new Set(grants.map((grant) => grant.account))]
  return [
    ...schemas.map((schema) => `CREATE DATABASE IF NOT EXISTS ${schema}`),
    ...accounts.flatMap((account) => [
      `CREATE USER IF NOT EXISTS ${account}@'%'`,
      `ALTER USER ${account}@'%' IDENTIFIED BY '${secrets.passwords[account]}'`,
    ]),
    ...grants.map(grantSql),
  ]
}

export async function createAccounts(
  db: Db,
  server: DatabaseServer,
  secrets: Secrets,
): Promise<void> {
  for (const statement of accountSql(server, secrets)) await db.execute(statement)
}

/** Grants on tables that exist only after the migrations; absent ones are left out. */
export async function grantOnTables(db: Db, server: DatabaseServer): Promise<void> {
  for (const grant of serverAccounts[server].lateGrants) {
    const [schema, table] = grant.on.split('.')
    const found = await db.query(
      'SELECT 1 FROM information_schema.tables WHERE table_schema = ? AND table_name = ?',
      [schema ?? '', table ?? ''],
    )
    if (found.length > 0) await db.execute(grantSql(grant))
  }
}
