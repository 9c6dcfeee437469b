/**
 * Accounts and migrations for docker-compose.yml, where nothing else has made them. Runs once, ends.
 *
 * @module
 */
import { placesFromEnv } from './compose.ts'
import { prepareDatabases } from './databases.ts'

await prepareDatabases(
  placesFromEnv(process.env),
  [{ name: 'monolith-db' }, { name: 'services-db' }],
  true,
)
process.stdout.write('stack: accounts and schemas are ready\n')
