/**
 * One mocha run in a process of its own, its output passed on, its counts taken from the summary.
 *
 * @module
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { dyingWithUs } from '../stack/run.ts'

export interface Counts {
  readonly passed: number
  readonly failed: number
}

export interface MochaOptions {
  readonly root: string
  readonly files: readonly string[]
  readonly timeoutMs: number
  /** The whole run is killed after this. */
  readonly limitMs: number
  readonly args?: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Hands out a way to end the run early. */
  readonly onStart: (stop: (signal: NodeJS.Signals) => void) => void
}

const last = (text: string, word: string): number | undefined => {
  const found = [...text.matchAll(new RegExp(`^\\s+(\\d+) ${word}\\b`, 'gm'))].at(-1)?.[1]
  return found === undefined ? undefined : Number(found)
}

/** A run that ends without a summary, or badly without a failing test, counts as one failure. */
export function countsOf(output: string, exitCode: number | null): Counts {
  const plain = stripVTControlCharacters(output)
  const passed = last(plain, 'passing')
  const failed = last(plain, 'failing') ?? 0
  if (passed === undefined && failed === 0) return { passed: 0, failed: 1 }
  return { passed: passed ?? 0, failed: exitCode === 0 ? failed : Math.max(failed, 1) }
}

export const runMocha = (options: MochaOptions): Promise<Counts> =>
  new Promise((resolve) => {
    const { root, files, timeoutMs, limitMs, args = [], env, onStart } = options
    // No configuration file: its node options would make mocha start a second process.
    const words = [
      '--disable-warning=ExperimentalWarning',
      '--disable-warning=TimeoutNegativeWarning',
      join(root, 'node_modules/mocha/bin/mocha.js'),
      ...['--no-config', '--forbid-only', '--reporter', 'spec', '--timeout', String(timeoutMs)],
      ...args,
      ...files,
    ]
    const [command, rest] = dyingWithUs(process.execPath, words)
    const child = spawn(command, rest, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : {}), ...env },
    })
    let output = ''
    onStart((signal) => child.kill(signal))
    const limit = setTimeout(() => {
      process.stdout.write(`the run took longer than ${limitMs / 1000} s and was ended\n`)
      child.kill('SIGKILL')
    }, limitMs)
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk
      process.stdout.write(chunk)
    })
    child.on('error', () => resolve({ passed: 0, failed: 1 }))
    child.on('close', (code) => {
      clearTimeout(limit)
      resolve(countsOf(output, code))
    })
  })
