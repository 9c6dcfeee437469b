/**
 * The folder of a MariaDB server: a copy of a template made once per repository. Installing system
 * tables and loading time zones takes two seconds, copying them a tenth of that.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join, parse } from 'node:path'
import { withLock } from '../../lock.mjs'
import type { Site } from './component.ts'
import { accountId, findProgram, run } from './run.ts'

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

/**
 * A server keeps its rows in `data` and its temporary files in `tmp`: at its start it deletes every
 * temporary table's file it finds, so two servers must never share that folder.
 */
export const foldersOf = (
  folder: string,
): { readonly datadir: string; readonly tmpdir: string } => ({
  datadir: join(folder, 'data'),
  tmpdir: join(folder, 'tmp'),
})

const plain = (folder: string): readonly string[] => [
  '--no-defaults',
  ...Object.entries(foldersOf(folder)).map(([key, path]) => `--${key}=${path}`),
  '--innodb_log_file_size=96M',
  '--innodb_buffer_pool_size=16M',
]

/** Runs SQL without a network. */
const bootstrap = (folder: string, sql: string): Promise<string> =>
  run('mariadbd', [...plain(folder), ...ownedBy(serverUser(folder)), '--bootstrap'], {
    input: `${sql}\n`,
  })

/** Another server, other zones or another layout make another template. */
function templateOf(site: Site): string {
  const { size, mtimeMs } = statSync(findProgram('mariadbd') ?? '/')
  const content = JSON.stringify([size, mtimeMs, zones, plain('')])
  const digest = createHash('sha256').update(content).digest('hex').slice(0, 12)
  return join(site.shared, 'templates', `mariadb-${digest}`)
}

async function makeTemplate(target: string): Promise<void> {
  const folder = `${target}.${process.pid}`
  const user = serverUser(folder)
  rmSync(folder, { recursive: true, force: true })
  for (const path of Object.values(foldersOf(folder))) mkdirSync(path, { recursive: true })
  if (user === 'mysql') await run('chown', ['-R', 'mysql:mysql', folder])
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
export async function prepareFolder(site: Site): Promise<void> {
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
