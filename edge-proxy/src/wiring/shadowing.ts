/**
 * Wires copied reads: connections of their own, what was found out, and who is told.
 *
 * @module
 */
import { createHmac, randomBytes, randomUUID } from 'node:crypto'
import type { Lifecycle, Log } from '@matapalo/runtime'
import type { EdgeConfig } from '../config.ts'
import { UndiciForwarder } from '../forward/undici.ts'
import type { Callers } from '../identity/callers.ts'
import type { EdgeMetrics } from '../metrics.ts'
import type { Barrier } from '../shadow/barrier.ts'
import { Canary } from '../shadow/canary.ts'
import { shadowMetrics } from '../shadow/metrics.ts'
import { Reporter, reportTo } from '../shadow/report.ts'
import { Shadow } from '../shadow/shadow.ts'
import { Tallies } from '../shadow/tallies.ts'
import type { TableInForce } from '../tableInForce.ts'
import type { Replicas } from '../upstreams/replicas.ts'

export interface ShadowingParts {
  readonly config: EdgeConfig
  readonly life: Lifecycle
  readonly inForce: TableInForce
  readonly callers: Callers
  readonly replicas: Replicas
  readonly barrier: Barrier
  readonly metrics: EdgeMetrics
  /** Authorities of https upstreams, PEM; undefined: the usual ones. */
  readonly ca: string | undefined
  readonly log: Log
}

export interface Shadowing {
  readonly shadow: Shadow
  readonly canary: Canary
  readonly tallies: Tallies
}

export function wireShadowing(parts: ShadowingParts): Shadowing {
  const { config, life, inForce, callers, replicas, barrier, metrics, ca, log } = parts
  const { shadowConcurrency: concurrency, shadowBody: maxBody, shadowMax: lookMs } = config
  // A candidate that hangs holds these connections, and none that a client waits for.
  const looker = new UndiciForwarder({
    ...{ headMs: lookMs, connections: Math.max(1, concurrency), ca },
  })
  const tallies = new Tallies()
  const salt = randomBytes(16)
  const digest = (text: string): string =>
    createHmac('sha256', salt).update(text).digest('hex').slice(0, 8)
  const counted = shadowMetrics(metrics.registry, {
    waiting: () => shadow.waiting,
    running: () => shadow.running,
    octets: () => shadow.octets,
    table: () => inForce.table,
  })
  const shadow = new Shadow({
    ...{ inForce, callers, replicas, looker, barrier, tallies, digest, log },
    ...{ metrics: counted, concurrency, maxBody, lookMs },
  })
  const canary = new Canary(counted.canary)
  const boot = randomUUID()
  const reporter = new Reporter(
    tallies,
    reportTo(config.controlUrl, config.id, config.edgeToken, boot),
    log,
  )
  reporter.start()
  life.add('looker', () => looker.close())
  life.add('parity', () => reporter.stop())
  life.add('shadow', async () => shadow.stop())
  return { shadow, canary, tallies }
}
