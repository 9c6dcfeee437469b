/**
 * The real worker as a process of the test's own, to be killed, stopped and continued.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { dyingWithUs } from '../../../scripts/src/stack/run.ts'
import type { FeedPlaces } from './feeds.ts'

const main = fileURLToPath(new URL('../../src/worker/main.ts', import.meta.url))

export interface TestWorker {
  readonly pid: number
  /** Every log line's message so far. */
  readonly said: readonly string[]
  readonly url: URL
  kill(signal: NodeJS.Signals): void
  /** Resolves when the process has ended. */
  stop(): Promise<void>
}

export async function startWorker(
  places: FeedPlaces,
  env: Readonly<Record<string, string>> = {},
): Promise<TestWorker> {
  const flags = ['--max-old-space-size=160', '--max-semi-space-size=8']
  const quiet = ['--disable-warning=TimeoutNegativeWarning']
  const [command, args] = dyingWithUs(process.execPath, [...flags, ...quiet, main])
  const child: ChildProcess = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      CDC_PORT: '0',
      LEDGER_URL: places.urls['services-db.ledger_reader'],
      MONOLITH_DB_URL: places.urls['monolith-db.matapalo_applier'],
      SERVICES_DB_URL: places.urls['services-db.matapalo_applier'],
      KAFKA_BROKERS: places.urls.kafka,
      CDC_HEARTBEAT_MS: '500',
      ...env,
    },
  })
  const said: string[] = []
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const port = await new Promise<number>((resolve, reject) => {
    child.once('exit', () => reject(new Error(`the worker ended: ${said.join(', ')}`)))
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const entry = JSON.parse(line) as { msg: string; port?: number; level: number }
      said.push(entry.msg)
      if (entry.level >= 40 && process.env.CDC_TEST_LOG !== undefined) console.error(line)
      if (entry.msg === 'worker.started') resolve(entry.port ?? 0)
    })
  })
  return {
    pid: child.pid ?? 0,
    said,
    url: new URL(`http://127.0.0.1:${port}`),
    kill: (signal) => void child.kill(signal),
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGCONT')
        child.kill('SIGTERM')
        const hard = setTimeout(() => child.kill('SIGKILL'), 8_000)
        await ended
        clearTimeout(hard)
      }
    },
  }
}
