/**
 * Brings one schema to the newest version of its migrations: knex over the TypeScript files of
 * `migrations/<target>/`, which Node runs as they are.
 *
 * @module
 */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import knex, { type Knex } from 'knex'

export type MigrationTarget = 'monolith' | 'catalog' | 'users' | 'orders' | 'support' | 'control'

export const migrationFolder = (target: MigrationTarget): string =>
  fileURLToPath(new URL(`../${target}`, import.meta.url))

interface Migration {
  up(knex: Knex): Promise<void>
  down(knex: Knex): Promise<void>
}

/** Files in the order of their names; `_`-prefixed and test files are no migrations. */
const source = (folder: string): Knex.MigrationSource<string> => ({
  getMigrations: async () =>
    existsSync(folder)
      ? readdirSync(folder)
          .filter((name) => /^\d.*\.ts$/.test(name) && !name.endsWith('.test.ts'))
          .sort()
      : [],
  getMigrationName: (name) => name,
  getMigration: async (name) => (await import(join(folder, name))) as Migration,
})

const withKnex = async <T>(
  target: MigrationTarget,
  url: string,
  work: (migrate: Knex.Migrator) => Promise<T>,
): Promise<T> => {
  const database = knex({
    client: 'mysql2',
    connection: url,
    pool: { min: 0, max: 1 },
    migrations: { migrationSource: source(migrationFolder(target)), tableName: 'schema_migration' },
  })
  try {
    return await work(database.migrate)
  } finally {
    await database.destroy()
  }
}

/**
 * Applies what is missing; repeating it does nothing.
 *
 * @param url `mysql://user:password@host:port/schema` of an account that may change the schema
 * @returns the names of the migrations that were applied
 */
export const migrate = (target: MigrationTarget, url: string): Promise<readonly string[]> =>
  withKnex(target, url, async (migrator) => {
    // knex answers [batch, names].
    const [, names] = (await migrator.latest()) as [number, string[]]
    return names
  })

/** Takes every migration back, newest first; for tests of `down`. */
export const unmigrate = (target: MigrationTarget, url: string): Promise<readonly string[]> =>
  withKnex(target, url, async (migrator) => {
    const [, names] = (await migrator.rollback(undefined, true)) as [number, string[]]
    return names
  })
