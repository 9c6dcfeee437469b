/**
 * Keeps one applier running per fed domain and direction, as the ledger says; the one of a direction
 * begins when the topic of its feed exists.
 *
 * @module
 */
import { type Direction, sourceOf, targetOf } from '@matapalo/core'
import { type Db, type Log, sleep } from '@matapalo/runtime'
import { type ApplierObserver, runApplier } from '../applier/applier.ts'
import { errorFields } from '../applier/session.ts'
import type { Kafka } from '../feed.ts'
import { startHeartbeat, writeMarker } from '../markers.ts'
import { domainTopic, feedName } from '../names.ts'
import { readTopicIdOf } from '../topicId.ts'
import { feedPlan } from './feedPlan.ts'
import { clockOffset, type LagBook } from './lag.ts'
import { currentManifest, type FedDomain, fedDomains } from './ledger.ts'
import * as metrics from './metrics.ts'

export interface AppliersOptions {
  readonly ledger: Db
  /** Ordinary sessions: shapes and markers. */
  readonly plain: { readonly monolith: Db; readonly service: Db }
  /** Sessions that apply. */
  readonly applying: { readonly monolith: Db; readonly service: Db }
  readonly kafka: Kafka
  readonly brokers: readonly string[]
  readonly heartbeatMs: number
  readonly applyDelayMs: number
  readonly lag: LagBook
  readonly log: Log
}

interface Running {
  readonly manifestVersion: number
  readonly stop: () => Promise<void>
}

const directions: readonly Direction[] = ['forward', 'reverse']
/** Milliseconds between two looks at the ledger. */
const lookMs = 500

export interface Appliers {
  /** True once the ledger was read. */
  readonly ready: boolean
  stop(): Promise<void>
}

export function startAppliers(options: AppliersOptions): Appliers {
  const { log, kafka, ledger } = options
  const running = new Map<string, Running>()
  const stopping = new AbortController()
  let ready = false

  const reconcile = async (): Promise<void> => {
    const wanted = new Map<string, { readonly fed: FedDomain; readonly direction: Direction }>()
    for (const fed of await fedDomains(ledger)) {
      for (const direction of directions) {
        wanted.set(feedName(fed.domain, direction), { fed, direction })
      }
    }
    for (const [name, one] of running) {
      if (wanted.get(name)?.fed.manifestVersion === one.manifestVersion) continue
      running.delete(name)
      await one.stop()
    }
    for (const [name, { fed, direction }] of wanted) {
      if (running.has(name)) continue
      if (!(await kafka.topicExists(domainTopic(sourceOf(direction), fed.domain)))) continue
      running.set(name, start(options, fed, direction))
    }
    ready = true
  }

  const loop = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await reconcile().catch((error: unknown) => {
        log.warn(errorFields(error), 'ledger.unreadable')
      })
      await sleep(lookMs, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  }
  const looping = loop()

  return {
    get ready() {
      return ready
    },
    async stop() {
      stopping.abort()
      await looping
      await Promise.all([...running.values()].map((one) => one.stop()))
    },
  }
}

function start(options: AppliersOptions, fed: FedDomain, direction: Direction): Running {
  const { domain } = fed
  const { log, kafka } = options
  const source = options.plain[sourceOf(direction)]
  const topic = domainTopic(sourceOf(direction), domain)
  const stopping = new AbortController()
  const heartbeat = startHeartbeat(source, domain, options.heartbeatMs, log)
  const ended = runApplier(
    {
      domain,
      direction,
      topic,
      kafka,
      log,
      targetDb: options.applying[targetOf(direction)],
      delayMs: options.applyDelayMs,
      closeTail: () => writeMarker(source, domain),
      topicId: () => readTopicIdOf(options.brokers, topic),
      plan: async () =>
        feedPlan(await currentManifest(options.ledger, domain), direction, options.plain),
      observer: observe(options, domain, direction, source),
    },
    stopping.signal,
  )
  log.info({ domain, direction }, 'applier.started')
  return {
    manifestVersion: fed.manifestVersion,
    async stop() {
      stopping.abort(new Error('stopping'))
      await Promise.all([heartbeat.stop(), ended])
    },
  }
}

function observe(
  { lag, log }: AppliersOptions,
  domain: string,
  direction: Direction,
  source: Db,
): ApplierObserver {
  const labels = { domain, direction }
  let offsetMs = 0
  clockOffset(source)
    .then((ms) => {
      offsetMs = ms
    })
    .catch((error: unknown) => log.warn(errorFields(error), 'clock.unknown'))
  return {
    committed(event) {
      const counts = [
        ['applied', event.changes],
        ['echo', event.echoes],
        ['rogue', event.rogues],
        ['discarded', event.discarded],
      ] as const
      for (const [outcome, count] of counts) {
        if (count > 0) metrics.changes.inc({ ...labels, outcome }, count)
      }
      metrics.applySeconds.observe(labels, event.durationMs / 1_000)
      metrics.token.set(labels, Number(event.standing.token))
      metrics.applying.set(labels, event.standing.mode === 'apply' ? 1 : 0)
      const now = Date.now()
      for (const { writtenAtMs } of event.markers) {
        const ms = Math.max(0, now - writtenAtMs - offsetMs)
        metrics.lag.observe(labels, ms / 1_000)
        lag.add({ ...labels, at: new Date(now).toISOString(), ms: Math.round(ms * 10) / 10 })
      }
    },
    stopped() {
      metrics.stops.inc(labels)
    },
  }
}
