/**
 * Ends the session that a killed broker still has at its controller, before it starts again.
 *
 * A broker that is back sooner loads its transactions as the leader it was, and goes on telling
 * partitions what became of them. It cannot reach them, since it does not listen before it has
 * registered anew, and that waits for the end of its old session. At that end its partitions have no
 * leader for a moment; Kafka 4.3.1 takes a partition without a leader for a deleted one, and calls the
 * transaction complete without its marker (`Couldn't find leader endpoint for partitions …, these
 * partitions are likely deleted already and hence can be skipped`). From then on whoever reads only
 * what is committed waits at that place for ever, Kafka Connect with its own offsets too. With several
 * replicas another broker would lead.
 *
 * So the controller alone, patient for 200 ms instead of seconds, starts first, fences the broker and
 * ends.
 *
 * @module
 */
import { spawn } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { until } from '@matapalo/runtime'
import type { Site } from '../component.ts'
import { javaArgs, properties } from '../java.ts'
import { dyingWithUs } from '../run.ts'

/** Milliseconds that starting, fencing and committing it may take: two seconds on an idle machine. */
const limitMs = 60_000
/** Milliseconds from the first work of a controller within which it has fenced who is silent. */
const fencedWithinMs = 1_000

/** The lines that tell how far it is. */
const telling = `logger.fencing.name = org.apache.kafka.controller
logger.fencing.level = info
`

/** A log folder that was in use, and was not closed. */
const wasKilled = (logs: string): boolean =>
  existsSync(join(logs, '__cluster_metadata-0')) && !existsSync(join(logs, '.kafka_cleanshutdown'))

/** @param settings the broker's own */
export async function endOldSession(
  site: Site,
  settings: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<void> {
  const logs = join(site.folder, 'logs')
  if (!wasKilled(logs)) return
  const config = join(site.folder, 'controller.properties')
  const names = ['node.id', 'controller.quorum.voters', 'controller.listener.names'] as const
  const { host, port } = site.places.listen('kafka', 'controller')
  writeFileSync(
    config,
    properties({
      ...Object.fromEntries(names.map((name) => [name, settings[name] ?? ''])),
      'process.roles': 'controller',
      listeners: `CONTROLLER://${host}:${port}`,
      'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT',
      'broker.session.timeout.ms': '200',
      'broker.heartbeat.interval.ms': '100',
      'log.dirs': logs,
    }),
  )
  const args = [...javaArgs(site, 128, 'kafka.Kafka', telling), config]
  const controller = spawn(...dyingWithUs('java', args), {
    cwd: site.folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let ended: string | undefined
  controller.on('error', (error) => {
    ended = error.message
  })
  controller.on('exit', (code) => {
    ended ??= `ended with ${code}`
  })
  const kill = (): boolean => controller.kill('SIGKILL')
  signal.addEventListener('abort', kill)
  try {
    let begunAt: number | undefined
    let fenced = false
    createInterface({ input: controller.stdout }).on('line', (line) => {
      if (line.includes('Activated periodic tasks')) begunAt = performance.now()
      if (line.includes('handleBrokerFenced')) fenced = true
    })
    const done = (): boolean =>
      fenced || (begunAt !== undefined && performance.now() - begunAt > fencedWithinMs)
    await until(() => ended !== undefined || done(), { timeoutMs: limitMs, everyMs: 20 })
    if (signal.aborted) return
    if (ended !== undefined || !done()) {
      const fact = ended ?? `has not worked within ${limitMs} ms`
      throw new Error(`kafka: the controller that is to end the old session: ${fact}`)
    }
    controller.kill('SIGTERM')
    await until(() => ended !== undefined, { timeoutMs: 10_000, everyMs: 20 })
  } finally {
    kill()
    signal.removeEventListener('abort', kill)
  }
}
