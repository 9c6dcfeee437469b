/**
 * A MariaDB server of the stack: settings and start. Both servers are this, with their own server id
 * and port.
 *
 * @module
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openDb } from '@matapalo/runtime'
import type { Address, Component, ComponentName, Launch, Places, Port, Site } from './component.ts'
import { foldersOf, prepareFolder, serverUser } from './mariadbFolder.ts'

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

/**
 * A temporary instance's folder is gone when it stops: no commit of its waits for the disk. A server
 * that is killed loses nothing all the same; the kernel has what it wrote.
 */
const temporarySettings = { sync_binlog: '0', innodb_flush_log_at_trx_commit: '2' } as const

const fileOf = (site: Site): string => join(site.folder, 'my.cnf')

function launch(site: Site, address: Address, settings: Readonly<Record<string, string>>): Launch {
  const user = serverUser(site.folder)
  const lines = Object.entries({
    ...settings,
    ...(site.temporary ? temporarySettings : {}),
    ...foldersOf(site.folder),
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
  prepare: prepareFolder,
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
