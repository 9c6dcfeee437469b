/**
 * The life of a service's process: ready when it listens, stopped gracefully by SIGTERM and SIGINT.
 *
 * @module
 */
import type { RequestListener } from 'node:http'
import { listen } from './http/server.ts'
import type { Log } from './log.ts'

export interface Stoppable {
  stop(): Promise<void>
}

/** Whether the process is on its way out; handed to the application before it listens. */
export function stopSwitch() {
  let stopping = false
  return {
    isStopping: () => stopping,
    flip: () => {
      stopping = true
    },
  }
}

export interface ServiceProcess {
  readonly app: RequestListener
  readonly host: string
  readonly port: number
  readonly log: Log
  readonly life: ReturnType<typeof stopSwitch>
  /** Started after the socket listens, stopped together with it. */
  readonly background?: () => readonly Stoppable[]
  /** Closed last. */
  readonly database: { destroy(): Promise<void> }
}

/** Answers under way are finished, 10 seconds at most. */
const graceMs = 10_000

export async function runService(service: ServiceProcess): Promise<void> {
  const { app, host, port, log, life, database, background = () => [] } = service
  const server = await listen(app, host, port)
  const loops = background()
  log.info({ port: server.port }, 'process.ready')

  const stop = async (signal: string): Promise<void> => {
    if (life.isStopping()) return
    life.flip()
    log.info({ signal }, 'process.stopping')
    setTimeout(() => process.exit(1), graceMs).unref()
    await Promise.all([server.stop(), ...loops.map((loop) => loop.stop())])
    await database.destroy()
    process.exit(0)
  }
  process.on('SIGTERM', (signal) => void stop(signal))
  process.on('SIGINT', (signal) => void stop(signal))
}
