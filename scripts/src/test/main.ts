/**
 * `npm test`: format and lint, types, structure, unit tests, integration tests; the last line is
 * `N passed, N failed`.
 *
 *   npm test                     everything
 *   npm run test:unit            unit tests only; needs no stack
 *   npm test -- cdc scripts/test/stack     only the tests below these paths
 *
 * Exit codes: 0 all passed, 1 something failed, 130 interrupted.
 *
 * @module
 */
import { spawn } from 'node:child_process'
import { globSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { until } from '@matapalo/runtime'
import { isAlive } from '../../lock.mjs'
import { readStackFile, removeFolder, root, shared } from '../stack/instance.ts'
import { checkStructure } from '../structure/rules.ts'
import { type Counts, runMocha } from './mochaRun.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { unit: { type: 'boolean', default: false }, grep: { type: 'string' } },
})

const runName = `test-${process.pid}`
let stopCurrent: (signal: NodeJS.Signals) => void = () => {}
let interrupted = false

const say = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

const check = (name: string, offences: readonly string[]): Counts => {
  say(`${offences.length === 0 ? 'ok  ' : 'FAIL'} ${name}`)
  for (const line of offences) say(`     ${line}`)
  return { passed: offences.length === 0 ? 1 : 0, failed: offences.length === 0 ? 0 : 1 }
}

/** Runs a tool; its output is shown when it fails. */
const tool = (name: string, program: string, args: readonly string[]): Promise<Counts> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, program), ...args], { cwd: root })
    stopCurrent = (signal) => child.kill(signal)
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk
      })
    }
    child.on('close', (code) => {
      resolve(check(name, code === 0 ? [] : [output.trim() || `ended with ${code}`]))
    })
  })

const testFiles = (ending: string): readonly string[] =>
  globSync(`**/test/**/*.${ending}.ts`, {
    cwd: root,
    exclude: (name) => name === 'node_modules' || name === '.matapalo',
  })
    .filter((file) => positionals.length === 0 || positionals.some((path) => file.startsWith(path)))
    .sort()

const mocha = (kind: 'unit' | 'integration'): Promise<Counts> => {
  const files = testFiles(kind === 'unit' ? 'test' : 'it')
  say(`\n${kind} tests: ${files.length} files`)
  if (files.length === 0) return Promise.resolve({ passed: 0, failed: 0 })
  return runMocha({
    root,
    files,
    timeoutMs: kind === 'unit' ? 10_000 : 60_000,
    // Against what hangs, not against what is slow: a machine may need twice as long as another.
    limitMs: kind === 'unit' ? 10 * 60_000 : 75 * 60_000,
    args: [
      ...(kind === 'unit' ? [] : ['--require', './scripts/src/test/hooks.ts', '--exit']),
      ...(values.grep === undefined ? [] : ['--grep', values.grep]),
    ],
    env: { MATAPALO_TEST_RUN: runName },
    onStart: (stop) => {
      stopCurrent = stop
    },
  })
}

/** Ends supervisors that a test left in the background, and removes what the run has made. */
async function cleanUp(): Promise<void> {
  let names: readonly string[] = []
  try {
    names = readdirSync(shared).filter((name) => name.startsWith(`${runName}-`))
  } catch {
    // Nothing was made.
  }
  for (const name of names) {
    const supervisor = readStackFile(name)?.supervisor
    if (supervisor !== undefined && supervisor !== process.pid && isAlive(supervisor)) {
      process.kill(supervisor, 'SIGKILL')
      await until(() => !isAlive(supervisor), { timeoutMs: 5000 })
    }
    removeFolder(name)
  }
}

const whole = !values.unit && positionals.length === 0 && values.grep === undefined
const phases: readonly (() => Promise<Counts> | Counts)[] = [
  ...(whole
    ? [
        () => tool('format and lint', 'node_modules/@biomejs/biome/bin/biome', ['check', '.']),
        () => tool('types', 'node_modules/typescript/bin/tsc', ['--noEmit']),
        ...checkStructure(root).map(
          ({ name, offences }) =>
            () =>
              check(name, offences),
        ),
      ]
    : []),
  () => mocha('unit'),
  ...(values.unit ? [] : [() => mocha('integration')]),
]

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    interrupted = true
    stopCurrent('SIGTERM')
    setTimeout(() => stopCurrent('SIGKILL'), 3000).unref()
  })
}

let passed = 0
let failed = 0
for (const phase of phases) {
  if (interrupted) break
  const counts = await phase()
  passed += counts.passed
  failed += counts.failed
}
await cleanUp()
if (interrupted) say('interrupted')
say(`\n${passed} passed, ${failed} failed`)
process.exitCode = interrupted ? 130 : failed > 0 ? 1 : 0
