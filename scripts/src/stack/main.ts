/**
 * `npm run stack -- up|down|status|logs NAME [--instance NAME] [--only a,b]`
 *
 * `up` leaves a supervisor in the background and returns when everything is ready; `down` ends it
 * and everything it started.
 *
 * Exit codes: 0 done, 1 refused or failed, 64 usage.
 *
 * @module
 */
import { spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { until } from '@matapalo/runtime'
import { isAlive } from '../../lock.mjs'
import { componentNames } from './component.ts'
import { composeText, envFile } from './compose.ts'
import { folderOf, isRunning, makeFolder, readStackFile, type StackFile } from './instance.ts'
import { makeSecrets } from './secrets.ts'
import { askStatus } from './statusPort.ts'

const usage = `usage: npm run stack -- up|down|status|logs NAME|compose|secrets
  --instance NAME   its folder under .matapalo/ (default: main)
  --only a,b        up: these components and what they need`

const say = (line: string): void => {
  process.stdout.write(`${line}\n`)
}
function fail(line: string, code = 1): never {
  process.stderr.write(`${line}\n`)
  process.exit(code)
}

/** What the next command needs to mean the same stack. */
const named = (instance: string): string => (instance === 'main' ? '' : ` --instance ${instance}`)

async function up(instance: string, only: string | undefined): Promise<void> {
  const before = readStackFile(instance)
  if (isRunning(before))
    fail(`stack: ${instance} is up already; run: npm run stack -- status${named(instance)}`)
  const logFile = join(makeFolder(instance), 'logs/supervisor.log')
  const log = openSync(logFile, 'w', 0o600)
  const script = fileURLToPath(new URL('./supervise.ts', import.meta.url))
  const args = [...process.execArgv, script, instance, ...(only === undefined ? [] : [only])]
  const child = spawn(process.execPath, args, { detached: true, stdio: ['ignore', log, log] })
  closeSync(log)
  let ended = false
  child.on('exit', () => {
    ended = true
  })
  const abandon = (): void => {
    child.kill('SIGTERM')
  }
  process.on('SIGINT', abandon).on('SIGTERM', abandon)
  await until(() => ended || readFileSync(logFile, 'utf8').includes('stack: ready'), {
    timeoutMs: 120_000,
    everyMs: 50,
  })
  const text = readFileSync(logFile, 'utf8').trimEnd()
  if (ended || !text.includes('stack: ready')) {
    child.kill('SIGTERM')
    fail(text === '' ? `stack: ${instance} did not come up` : text)
  }
  say(text.split('\n').findLast((line) => line.startsWith('stack: ready')) ?? '')
  child.unref()
  show(readStackFile(instance) as StackFile)
  say(`next: npm run stack -- status${named(instance)}`)
}

function show(file: StackFile): void {
  for (const name of file.components) {
    const ports = Object.entries(file.ports[name] ?? {})
    say(`  ${name.padEnd(14)} ${ports.map(([key, port]) => `${key} ${port}`).join(', ')}`)
  }
  say(`  URLs and credentials: ${join(folderOf(file.instance), 'stack.json')}`)
}

async function down(instance: string): Promise<void> {
  const file = readStackFile(instance)
  if (file === undefined || !isRunning(file)) return say(`stack: ${instance} is not up`)
  process.kill(file.supervisor, 'SIGTERM')
  const gone = await until(() => !isAlive(file.supervisor), { timeoutMs: 60_000, everyMs: 50 })
  if (!gone) fail(`stack: supervisor ${file.supervisor} has not ended after 60 s`)
  say(`stack: ${instance} is down; its data stays in ${folderOf(instance)}`)
}

async function status(instance: string): Promise<void> {
  const file = readStackFile(instance)
  if (file === undefined || !isRunning(file)) {
    fail(`stack: ${instance} is not up; run: npm run stack -- up${named(instance)}`)
    return
  }
  const rows = await askStatus(file.portBase)
  if (rows === undefined) fail(`stack: the supervisor ${file.supervisor} does not answer`)
  for (const row of rows ?? []) {
    const memory = row.pssMiB === undefined ? '' : `${row.pssMiB} MiB`
    const ports = Object.values(file.ports[row.name] ?? {}).join(' ')
    const columns = [row.name.padEnd(14), row.state.padEnd(9), String(row.pid ?? '-').padEnd(8)]
    say([...columns, memory.padEnd(11), `${row.restarts} restarts`.padEnd(12), ports].join(' '))
  }
  if ((rows ?? []).some((row) => row.state !== 'ready')) process.exitCode = 1
}

function logs(instance: string, name: string | undefined): void {
  const names = ['supervisor', ...componentNames]
  if (name === undefined || !names.includes(name)) fail(`logs: one of ${names.join(' ')}`, 64)
  const path = join(folderOf(instance), 'logs', `${name}.log`)
  if (!existsSync(path)) fail(`stack: there is no ${path}`)
  process.stdout.write(readFileSync(path))
}

function read() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        instance: { type: 'string', default: 'main' },
        only: { type: 'string' },
      },
    })
  } catch (error) {
    return fail(`stack: ${error instanceof Error ? error.message : String(error)}\n${usage}`, 64)
  }
}

const { values, positionals } = read()
const [command, name] = positionals
try {
  if (command === 'up') await up(values.instance, values.only)
  else if (command === 'down') await down(values.instance)
  else if (command === 'status') await status(values.instance)
  else if (command === 'logs') logs(values.instance, name)
  else if (command === 'compose') process.stdout.write(composeText())
  else if (command === 'secrets') process.stdout.write(envFile(makeSecrets()))
  else fail(usage, 64)
} catch (error) {
  fail(`stack: ${error instanceof Error ? error.message : String(error)}`)
}
