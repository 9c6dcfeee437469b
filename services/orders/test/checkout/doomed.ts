/**
 * The service as a process that can be told where to die, and is started again.
 *
 * @module
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('./ordersProcess.ts', import.meta.url))

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

const isRunning = (one: ChildProcess): boolean => one.exitCode === null && one.signalCode === null

export interface DoomedService {
  readonly url: string
  /** Resolves when it is ready; one that runs goes on. */
  start(): Promise<void>
  /** Starts it if need be. */
  diesAt(point: string): Promise<void>
  /** The signal that ended it. */
  ended(): Promise<NodeJS.Signals | null>
  /** Asks it to stop; its exit code. */
  stop(): Promise<number | null>
  kill(): Promise<void>
}

export async function doomedService(env: Readonly<Record<string, string>>): Promise<DoomedService> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  let child: ChildProcess | undefined

  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (!child) return null
    if (!isRunning(child)) return child.exitCode
    const gone = once(child, 'exit')
    child.kill(signal)
    await gone
    return child.exitCode
  }
  const start = async (): Promise<void> => {
    if (child && isRunning(child)) return
    const started = fork(program, {
      execArgv: ['--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: {
        PATH: process.env.PATH,
        PORT: String(port),
        ORDERS_RECOVERY_INTERVAL_MS: '50',
        ORDERS_PAYMENT_TIMEOUT_MS: '100',
        ORDERS_CALLBACK_DELAY_MS: '500',
        LOG_LEVEL: 'silent',
        ...env,
      },
    })
    child = started
    while (isRunning(started)) {
      const ready = await fetch(`${url}/readyz`).catch(() => null)
      if (ready?.ok) break
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  return {
    url,
    start,
    async diesAt(point) {
      await start()
      if (!child) throw new TypeError('it did not start')
      const armed = once(child, 'message')
      child.send(point)
      await armed
    },
    async ended() {
      if (child && isRunning(child)) await once(child, 'exit')
      return child?.signalCode ?? null
    },
    stop: () => end('SIGTERM'),
    kill: async () => {
      await end('SIGKILL')
    },
  }
}
