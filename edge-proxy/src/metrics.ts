/**
 * Everything an edge counts.
 *
 * @module
 */
import type { RouteTable } from '@matapalo/core'
import {
  Counter,
  createRegistry,
  Gauge,
  Histogram,
  latencyBuckets,
  type Registry,
} from '@matapalo/runtime'
import type { FreshnessReport } from './freshness/freshness.ts'
import type { HoldReport } from './hold/holdQueue.ts'

const names = 'matapalo_edge'

/** What is asked for when somebody scrapes. */
export interface EdgeFacts {
  readonly inFlight: (domain: string) => number
  readonly waiting: (domain: string) => number
  readonly silenceSeconds: () => number
  readonly storeUp: () => boolean
  readonly sockets: () => number
}

/** `refused`: answered by anything but consent. The last two: closed by the edge. */
export type SocketOutcome = 'opened' | 'refused' | 'restarted' | 'idle'

export function createMetrics(edgeId: string) {
  const registers: Registry[] = [createRegistry(edgeId)]
  const registry = registers[0] as Registry
  const buckets = latencyBuckets
  let facts: EdgeFacts | undefined
  let table: RouteTable | undefined

  /** By upstream and hundreds of the status, since somebody looked last. */
  const answers = new Map<string, number[]>()
  new Counter({
    name: `${names}_requests_total`,
    help: 'Answers given, by who gave them and status class',
    labelNames: ['upstream', 'status'],
    registers,
    // Counted aside at each answer, and here only when somebody looks.
    collect() {
      for (const [upstream, classes] of answers) {
        for (const [status, count] of classes.entries()) {
          if (count > 0) this.inc({ upstream, status: `${status}xx` }, count)
        }
        classes.fill(0)
      }
    },
  })
  const seconds = new Histogram({
    name: `${names}_request_seconds`,
    help: 'From the request head to the end of the answer',
    labelNames: ['upstream'],
    buckets,
    registers,
  })
  const heldSeconds = new Histogram({
    name: `${names}_held_seconds`,
    help: 'How long requests waited for a transfer',
    labelNames: ['outcome'],
    buckets,
    registers,
  })
  const drainSeconds = new Histogram({
    name: `${names}_drain_seconds`,
    help: 'From a hold in force to the end of the last write decided before it',
    buckets,
    registers,
  })
  const freshSeconds = new Histogram({
    name: `${names}_freshness_wait_seconds`,
    help: 'How long reads waited for earlier writes',
    labelNames: ['outcome'],
    buckets,
    registers,
  })
  const tokenSeconds = new Histogram({
    name: `${names}_token_seconds`,
    help: "How long writes' answers waited until their token was kept",
    labelNames: ['outcome'],
    buckets,
    registers,
  })
  const stale = new Counter({
    name: `${names}_possibly_stale_total`,
    help: 'Reads served at the limit, before earlier writes had arrived',
    labelNames: ['domain'],
    registers,
  })
  const refused = new Counter({
    name: `${names}_refused_total`,
    help: 'Answers that the edge gave itself, by code',
    labelNames: ['code'],
    registers,
  })
  const retried = new Counter({
    name: `${names}_retries_total`,
    help: 'Requests sent again, by why that was safe',
    labelNames: ['why'],
    registers,
  })
  const fallbacks = new Counter({
    name: `${names}_fallback_reads_total`,
    help: 'Reads whose owner could not be reached: served by the other side, or not, and why',
    labelNames: ['domain', 'outcome'],
    registers,
  })
  const sockets = new Counter({
    name: `${names}_sockets_total`,
    help: 'WebSockets by what became of them: opened, refused by edge or upstream, restarted, idle',
    labelNames: ['outcome'],
    registers,
  })
  const ejections = new Counter({
    name: `${names}_ejections_total`,
    help: 'Replicas taken out after failures in a row',
    labelNames: ['upstream'],
    registers,
  })
  const tablesRefused = new Counter({
    name: `${names}_tables_refused_total`,
    help: 'Route tables that arrived and were none; the last good one stays in force',
    registers,
  })
  const tableRefused = new Gauge({
    name: `${names}_table_refused`,
    help: '1 while the newest route table that arrived is none: alert on it',
    registers,
  })
  const certificateRefused = new Gauge({
    name: `${names}_certificate_refused`,
    help: '1 while the certificate files cannot be used and an older certificate is shown',
    registers,
  })
  const certificateEnd = new Gauge({
    name: `${names}_certificate_end_seconds`,
    help: 'When the certificate that is shown ends, Unix time',
    registers,
  })
  new Gauge({
    name: `${names}_epoch`,
    help: 'Epoch of the route table in force',
    registers,
    collect() {
      this.set(table?.epoch ?? 0)
    },
  })
  new Gauge({
    name: `${names}_owner`,
    help: '1 for the side that owns the domain, by the table in force',
    labelNames: ['domain', 'side'],
    registers,
    collect() {
      this.reset()
      for (const { domain, owner } of table?.domains ?? []) {
        for (const side of ['monolith', 'service']) {
          this.set({ domain, side }, owner === side ? 1 : 0)
        }
      }
    },
  })
  const perDomain = (
    name: string,
    help: string,
    read: (f: EdgeFacts, d: string) => number,
  ): void => {
    new Gauge({
      name: `${names}_${name}`,
      help,
      labelNames: ['domain'],
      registers,
      collect() {
        this.reset()
        if (facts === undefined) return
        for (const { domain } of table?.domains ?? []) this.set({ domain }, read(facts, domain))
      },
    })
  }
  perDomain('in_flight', 'Requests on their way that may write the domain', (f, d) => f.inFlight(d))
  perDomain('held', 'Requests that wait for a transfer of the domain', (f, d) => f.waiting(d))
  const single = (name: string, help: string, read: (f: EdgeFacts) => number): void => {
    new Gauge({
      name: `${names}_${name}`,
      help,
      registers,
      collect() {
        if (facts !== undefined) this.set(read(facts))
      },
    })
  }
  single('control_silence_seconds', 'Since control plane or ledger were heard of', (f) =>
    f.silenceSeconds(),
  )
  single('sockets', 'WebSockets that are open', (f) => f.sockets())
  single('store_up', '1 while the shared token store answers', (f) => Number(f.storeUp()))

  const held: HoldReport = (_domains, outcome, ms) => heldSeconds.observe({ outcome }, ms / 1000)
  const freshness: FreshnessReport = {
    waited: (outcome, ms) => freshSeconds.observe({ outcome }, ms / 1000),
    kept: (outcome, ms) => tokenSeconds.observe({ outcome }, ms / 1000),
    possiblyStale: (domain) => stale.inc({ domain }),
  }
  return {
    registry,
    held,
    freshness,
    drained: (ms: number) => drainSeconds.observe(ms / 1000),
    refused: (code: string) => refused.inc({ code }),
    fallback: (domain: string, outcome: 'served' | 'stale' | 'failed') =>
      fallbacks.inc({ domain, outcome }),
    socket: (outcome: SocketOutcome) => sockets.inc({ outcome }),
    ejected: (upstream: string) => ejections.inc({ upstream }),
    retried: (why: 'unsent' | 'read') => retried.inc({ why }),
    answered(upstream: string, status: number, ms: number) {
      let classes = answers.get(upstream)
      if (classes === undefined) {
        classes = new Array<number>(10).fill(0)
        answers.set(upstream, classes)
      }
      const hundreds = Math.floor(status / 100)
      classes[hundreds] = (classes[hundreds] ?? 0) + 1
      seconds.observe({ upstream }, ms / 1000)
    },
    tableArrived: (good: boolean) => {
      if (!good) tablesRefused.inc()
      tableRefused.set(good ? 0 : 1)
    },
    certificate: ({
      good,
      until,
    }: {
      readonly good: boolean
      readonly until: Date | undefined
    }) => {
      certificateRefused.set(good ? 0 : 1)
      if (until !== undefined) certificateEnd.set(until.getTime() / 1000)
    },
    tableInForce: (next: RouteTable) => {
      table = next
    },
    watch: (source: EdgeFacts) => {
      facts = source
    },
  }
}

export type EdgeMetrics = ReturnType<typeof createMetrics>
