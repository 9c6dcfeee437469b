/**
 * The way into every command of the repository: `node scripts/run.mjs <command> [arguments]`.
 *
 * Needs Node 20 and no package. Checks what must be on the machine, fetches what the project needs
 * (npm packages, jars) when it is missing, then hands over to Node 24, which came with the packages,
 * and `scripts/src/<command>/main.ts`. Never installs a program.
 *
 * @module
 */
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { withLock } from './lock.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const own = join(root, '.matapalo')
const java = join(own, 'java')

/** Where a command lives, and what it needs beyond Node and the packages. */
const commands = {
  demo: { main: 'scripts/src/demo/main.ts', stack: true },
  test: { main: 'scripts/src/test/main.ts', stack: true },
  'test:unit': { main: 'scripts/src/test/main.ts', args: ['--unit'], stack: false },
  bench: { main: 'scripts/src/bench/main.ts', stack: true },
  stack: { main: 'scripts/src/stack/main.ts', stack: true },
  matapalo: { main: 'control-plane/cli/main.ts', stack: false },
}

const say = (line) => process.stderr.write(`${line}\n`)
const quit = (code, ...lines) => {
  for (const line of lines) say(line)
  process.exit(code)
}

const places = [
  ...(process.env.PATH ?? '').split(delimiter),
  '/usr/sbin',
  '/usr/local/sbin',
  '/opt/homebrew/bin',
]
const has = (program) => places.some((folder) => folder !== '' && existsSync(join(folder, program)))

function missingPrograms() {
  const wanted = [
    ['java', 'Java 17 or newer: apt-get install openjdk-17-jre-headless'],
    ['mvn', 'Maven: apt-get install maven'],
    ['mariadbd', 'MariaDB 10.11 server: apt-get install mariadb-server'],
    ['mariadb-install-db', 'MariaDB 10.11 server: apt-get install mariadb-server'],
    ['mariadb-tzinfo-to-sql', 'MariaDB 10.11 server: apt-get install mariadb-server'],
    ['redis-server', 'Redis: apt-get install redis-server'],
  ]
  const missing = wanted
    .filter(([program]) => !has(program))
    .map(([program, remedy]) => `matapalo: ${program} is not on this machine; install ${remedy}`)
  if (has('java')) {
    const answer = spawnSync('java', ['-version'], { encoding: 'utf8' }).stderr ?? ''
    const major = Number(/version "(\d+)/.exec(answer)?.[1] ?? 0)
    if (major < 17) missing.push(`matapalo: java is version ${major}; install Java 17 or newer`)
  }
  return missing
}

const digest = (...files) => {
  const hash = createHash('sha256')
  for (const file of files) hash.update(readFileSync(join(root, file)))
  return hash.digest('hex')
}
const stampOf = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : '')

/** Runs to the end with its output on stderr, so that stdout stays the command's own. */
const run = (command, args) =>
  new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 2, 2] })
    const stop = (signal) => child.kill(signal)
    process.on('SIGINT', stop).on('SIGTERM', stop)
    child.on('error', () => resolve(1))
    child.on('exit', (code, signal) => {
      process.off('SIGINT', stop).off('SIGTERM', stop)
      if (signal !== null) process.exit(130)
      resolve(code ?? 1)
    })
  })

/** A folder made by hand (`npm ci`, `npm i`) is accepted when it holds what the lockfile says. */
function packagesMatch() {
  const installed = join(root, 'node_modules/.package-lock.json')
  if (!existsSync(installed)) return false
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
  const found = JSON.parse(readFileSync(installed, 'utf8')).packages
  return Object.entries(wanted).every(
    ([path, entry]) =>
      path === '' ||
      entry.optional === true ||
      found[path]?.version === entry.version ||
      (entry.link !== true && !path.includes('node_modules/')),
  )
}

async function fetchPackages() {
  if (packagesMatch()) return
  await withLock(join(own, 'packages.lock'), async () => {
    if (packagesMatch()) return
    say('matapalo: fetching npm packages (npm ci)')
    const code = await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
    if (code !== 0) quit(1, `matapalo: npm ci ended with ${code}; run: npm ci`)
  })
}

const poms = ['cdc/connect/pom.xml', 'cdc/connect/kafka/pom.xml', 'cdc/connect/debezium/pom.xml']

async function fetchJars() {
  const stamp = join(java, 'stamp')
  const wanted = digest(...poms)
  if (stampOf(stamp) === wanted) return
  await withLock(join(own, 'java.lock'), async () => {
    if (stampOf(stamp) === wanted) return
    say('matapalo: fetching jars (Kafka, Debezium) from Maven Central')
    rmSync(java, { recursive: true, force: true })
    mkdirSync(java, { recursive: true })
    const pom = poms[0]
    const code = await run('mvn', ['-q', '-B', '-f', pom, `-Dmatapalo.java=${java}`, 'package'])
    if (code !== 0) quit(1, `matapalo: Maven ended with ${code}; run: mvn -f ${pom} package`)
    writeFileSync(stamp, wanted)
  })
}

function node24() {
  const package_ = `node-${process.platform}-${process.arch}`
  const bundled = join(root, 'node_modules', package_, 'bin/node')
  if (existsSync(bundled)) return bundled
  const [major] = process.versions.node.split('.')
  if (Number(major) >= 24) return process.execPath
  return quit(1, `matapalo: no Node 24: the package ${package_} was not installed; run: npm ci`)
}

const [name, ...rest] = process.argv.slice(2)
const command = commands[name ?? '']
if (command === undefined) {
  quit(64, `usage: node scripts/run.mjs ${Object.keys(commands).join('|')} [arguments]`)
}
if (Number(process.versions.node.split('.')[0]) < 20) {
  quit(1, `matapalo: Node is ${process.versions.node}; install Node 20 or newer`)
}
if (!has('npm')) quit(1, 'matapalo: npm is not on this machine; install npm 10 or newer')
if (command.stack) {
  const missing = missingPrograms()
  if (missing.length > 0) quit(1, ...missing)
}
await fetchPackages()
if (command.stack) await fetchJars()

const program = node24()
const path = [join(program, '..'), process.env.PATH].join(delimiter)
const flags = ['--disable-warning=ExperimentalWarning', '--disable-warning=TimeoutNegativeWarning']
const words = [program, ...flags, join(root, command.main), ...(command.args ?? []), ...rest]
// Where the kernel can: a command whose caller was killed is told to end, and cleans up.
if (process.platform === 'linux' && has('setpriv')) {
  words.unshift('setpriv', '--pdeathsig', 'TERM', '--')
}
const child = spawn(words[0], words.slice(1), {
  stdio: 'inherit',
  env: { ...process.env, PATH: path },
})
// The command decides how it ends; Ctrl-C reaches it through the terminal's process group as well.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
// npm runs this through a shell, which does not pass on a signal that ends npm.
if (process.env.npm_lifecycle_event !== undefined) {
  const parent = process.ppid
  setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 250).unref()
}
child.on('exit', (code, signal) => {
  if (signal !== null)
    process.exit(128 + ({ SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }[signal] ?? 0))
  process.exit(code ?? 1)
})
child.on('error', (error) => quit(1, `matapalo: ${program}: ${error.message}`))
