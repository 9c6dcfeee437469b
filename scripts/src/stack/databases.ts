/**
 * Makes fresh servers usable: accounts, then migrations under the accounts that may change schemas.
 *
 * @module
 */
import { type MigrationTarget, migrate } from '@matapalo/migrations'
import { openDb } from '@matapalo/runtime'
import { createAccounts, grantOnTables, serviceSchemas } from './accounts.ts'
import type { Component, Places } from './component.ts'
import { type DatabaseServer, databaseUrl } from './components/urls.ts'
import { rootUrl } from './mariadb.ts'
import type { AccountName } from './secrets.ts'

const targets: Readonly<
  Record<DatabaseServer, readonly (readonly [MigrationTarget, AccountName, string])[]>
> = {
  'monolith-db': [['monolith', 'bookshop_ddl', 'bookshop']],
  'services-db': [
    ...serviceSchemas.map((schema) => [schema, `${schema}_ddl`, schema] as const),
    ['control', 'ledger_ddl', 'ledger'],
  ],
}

async function prepareServer(
  places: Places,
  server: DatabaseServer,
  withMigrations: boolean,
): Promise<void> {
  const db = openDb({ url: rootUrl(places.at(server), places.secrets.rootPassword), poolSize: 1 })
  try {
    await createAccounts(db, server, places.secrets)
    if (!withMigrations) return
    for (const [target, account, schema] of targets[server]) {
      await migrate(target, databaseUrl(places, server, account, schema))
    }
    await grantOnTables(db, server)
  } finally {
    await db.close()
  }
}

export async function prepareDatabases(
  places: Places,
  servers: readonly Pick<Component, 'name'>[],
  withMigrations: boolean,
): Promise<void> {
  const chosen = servers.map(({ name }) => name as DatabaseServer)
  await Promise.all(chosen.map((server) => prepareServer(places, server, withMigrations)))
}
