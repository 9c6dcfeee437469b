/**
 * A MariaDB server of the stack: settings, data directory, start. Both servers are this, with their
 * own server id and ports.
 *
 * A data directory is a copy of a template made once per repository: installing system tables and
 * loading time zones takes two seconds, copying them a tenth of that.
 *
 * @module
 */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, parse } from 'node:path'
import { openDb } from '@matapalo/runtime'
import { withLock } from '../../lock.mjs'
import type { Address, Component, ComponentName, Launch, Places, Port, Site } from './component.ts'
import { accountId, run } from './run.ts'

/** What the toolkit needs of a server, and what makes a commit durable. */
export const mariadbSettings = (serverId: number): Readonly<Record<string, string>> => ({
  server_id: String(serverId),
  log_bin: 'binlog',
  binlog_format: 'ROW',
  binlog_row_image: 'FULL',
  binlog_row_metadata: 'FULL',
  binlog_annotate_row_events: 'ON',
  sync_binlog: '1',
  gtid_strict_mode: 'ON',
  expire_logs_days: '7',
  max_binlog_size: '128M',
  log_bin_trust_function_creators: 'ON',
  innodb_flush_log_at_trx_commit: '1',
  innodb_buffer_pool_size: '192M',
  innodb_log_file_size: '96M',
  performance_schema: 'ON',
  performance_schema_consumer_events_statements_current: 'ON',
  performance_schema_consumer_events_statements_history: 'ON',
  performance_schema_consumer_events_statements_history_long: 'ON',
  performance_schema_events_statements_history_long_size: '10000',
  performance_schema_instrument: 'statement/sp/%=OFF',
  performance_schema_max_table_instances: '500',
  performance_schema_max_table_handles: '1000',
  default_time_zone: '+00:00',
  character_set_server: 'utf8mb4',
  collation_server: 'utf8mb4_unicode_ci',
  max_connections: '200',
  skip_name_resolve: 'ON',
})

/** Zones that instants are converted in; loading all 1,800 would take seconds. */
const zones = [
  'America/Bogota',
  'America/New_York',
  'America/Sao_Paulo',
  'Asia/Kolkata',
  'Asia/Tokyo',
  'Europe/Berlin',
  'Europe/Madrid',
  'UTC',
]
const zoneinfo = '/usr/share/zoneinfo'

/** `root` may not run MariaDB as itself; it uses `mysql`, unless that account cannot reach the folder. */
export function serverUser(folder: string): string | undefined {
  if (process.getuid?.() !== 0) return undefined
  if (accountId('mysql') === undefined) return 'root'
  for (let at = folder; at !== parse(at).root; at = dirname(at)) {
    if (existsSync(at) && (statSync(at).mode & 0o001) === 0 && at !== folder) return 'root'
  }
  return 'mysql'
}

const ownedBy = (user: string | undefined): readonly string[] =>
  user === undefined ? [] : [`--user=${user}`]

const plain = (folder: string): readonly string[] => [
  '--no-defaults',
  `--datadir=${folder}`,
  '--innodb_log_file_size=96M',
  '--innodb_buffer_pool_size=16M',
]

/** Runs SQL without a network. */
const bootstrap = (folder: string, sql: string): Promise<string> =>
  run('mariadbd', [...plain(folder), ...ownedBy(serverUser(folder)), '--bootstrap'], {
    input: `${sql}\n`,
  })

const templateOf = (site: Site): string => join(site.shared, 'templates/mariadb')

async function makeTemplate(target: string): Promise<void> {
  const folder = `${target}.${process.pid}`
  const user = serverUser(folder)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  if (user === 'mysql') await run('chown', ['mysql:mysql', folder])
  await run('mariadb-install-db', [
    ...plain(folder),
    ...ownedBy(user),
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
  ])
  const zoneSql = await Promise.all(
    zones
      .filter((zone) => existsSync(join(zoneinfo, zone)))
      .map((zone) => run('mariadb-tzinfo-to-sql', [join(zoneinfo, zone), zone])),
  )
  await bootstrap(folder, `USE mysql;\n${zoneSql.join('\n')}`)
  renameSync(folder, target)
}

/** Copies the template; a half-made folder never gets the final name. */
async function prepare(site: Site): Promise<void> {
  const template = templateOf(site)
  await withLock(`${template}.lock`, async () => {
    if (existsSync(template) && !isReachable(template)) {
      rmSync(template, { recursive: true, force: true })
    }
    if (!existsSync(template)) await makeTemplate(template)
  })
  await run('cp', ['-a', `${template}/.`, site.folder])
  chmodSync(site.folder, 0o700)
  const user = serverUser(site.folder)
  if (user !== undefined) await run('chown', ['-R', `${user}:${user}`, site.folder])
  await bootstrap(site.folder, setRootPassword(site.places.secrets.rootPassword))
}

/** `root` has no password in the template, so that is changed before the server ever listens. */
const setRootPassword = (password: string): string =>
  [
    'FLUSH PRIVILEGES;',
    "DELETE FROM mysql.global_priv WHERE User = '' OR User = 'root';",
    'FLUSH PRIVILEGES;',
    `CREATE USER root@127.0.0.1 IDENTIFIED BY '${password}';`,
    'GRANT ALL PRIVILEGES ON *.* TO root@127.0.0.1 WITH GRANT OPTION;',
    'FLUSH PRIVILEGES;',
  ].join('\n')

/** A template made by another account is made again. */
const isReachable = (template: string): boolean => {
  const wanted = serverUser(template)
  const id = wanted === undefined ? process.getuid?.() : accountId(wanted)
  return statSync(template).uid === id
}

const fileOf = (site: Site): string => join(site.folder, 'my.cnf')

function launch(site: Site, address: Address, settings: Readonly<Record<string, string>>): Launch {
  const user = serverUser(site.folder)
  const lines = Object.entries({
    ...settings,
    datadir: site.folder,
    bind_address: address.host,
    port: String(address.port),
    socket: 'mariadb.sock',
    pid_file: 'mariadb.pid',
    ...(user === 'root' ? { user } : {}),
  }).map(([key, value]) => `${key} = ${value}`)
  writeFileSync(fileOf(site), `[mariadbd]\n${lines.join('\n')}\n`, { mode: 0o644 })
  return {
    command: 'mariadbd',
    args: [`--defaults-file=${fileOf(site)}`],
    ...(user === 'mysql' ? { user } : {}),
  }
}

export const rootUrl = (at: Address, password: string): URL =>
  new URL(`mysql://root:${encodeURIComponent(password)}@${at.host}:${at.port}/mysql`)

/** True when `SELECT 1` works with this password of root. */
export async function serverAnswers(at: Address, password: string): Promise<boolean> {
  const db = openDb({ url: rootUrl(at, password), poolSize: 1 })
  try {
    await db.query('SELECT 1')
    return true
  } catch {
    return false
  } finally {
    await db.close().catch(() => undefined)
  }
}

export interface ServerOptions {
  readonly name: ComponentName
  readonly serverId: number
  readonly port: Port
}

export const mariadbServer = ({ name, serverId, port }: ServerOptions): Component => ({
  name,
  ports: { main: port },
  needs: [],
  memoryMiB: 700,
  environment: () => ({}),
  prepare,
  launch: (site) => launch(site, site.places.listen(name), mariadbSettings(serverId)),
  ready: (site) => serverAnswers(site.places.at(name), site.places.secrets.rootPassword),
  container: (places: Places) => ({
    image: 'mariadb:10.11',
    command: Object.entries(mariadbSettings(serverId)).map(([key, value]) => `--${key}=${value}`),
    environment: { MARIADB_ROOT_PASSWORD: places.secrets.rootPassword },
    volume: '/var/lib/mysql',
    health: ['CMD', 'healthcheck.sh', '--connect', '--innodb_initialized'],
  }),
})
