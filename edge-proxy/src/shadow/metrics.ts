/**
 * What copied reads and canaries count. Routes are a closed set: those of the route table.
 *
 * @module
 */
import { type DifferenceKind, type Outcome, outcomes, type RouteTable } from '@matapalo/core'
import { Counter, Gauge, Histogram, latencyBuckets, type Registry } from '@matapalo/runtime'
import type { Reason } from './look.ts'

const names = 'matapalo_edge'

export type CanaryOutcome = 'served' | 'stale' | 'failed' | 'off'

export interface ShadowFacts {
  readonly waiting: () => number
  readonly running: () => number
  readonly octets: () => number
  readonly table: () => RouteTable | undefined
}

export function shadowMetrics(registry: Registry, facts: ShadowFacts) {
  const registers = [registry]
  const copies = new Counter({
    name: `${names}_shadow_copies_total`,
    help: 'Copied reads by what became of them: equal, racing, mismatch, inconclusive, dropped',
    labelNames: ['domain', 'route', 'outcome'],
    registers,
  })
  const differences = new Counter({
    name: `${names}_shadow_differences_total`,
    help: 'Differences that stand, by kind',
    labelNames: ['domain', 'route', 'kind'],
    registers,
  })
  const unfinished = new Counter({
    name: `${names}_shadow_unfinished_total`,
    help: 'Copies that came to no conclusion, or were dropped, by reason',
    labelNames: ['domain', 'reason'],
    registers,
  })
  const seconds = new Histogram({
    name: `${names}_shadow_seconds`,
    help: 'How long a comparison took, second looks included',
    labelNames: ['outcome'],
    buckets: latencyBuckets,
    registers,
  })
  const canary = new Counter({
    name: `${names}_canary_reads_total`,
    help: 'Reads of the canary: served by it, or given to the owner since it was stale, failed, or off',
    labelNames: ['domain', 'outcome'],
    registers,
  })
  const testers = new Counter({
    name: `${names}_tester_reads_total`,
    help: 'Reads that a tester sent to the other side: served by it, or given to the owner since it was stale or failed',
    labelNames: ['domain', 'outcome'],
    registers,
  })
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name: `${names}_${name}`,
      help,
      registers,
      collect() {
        this.set(read())
      },
    })
  }
  gauge('shadow_waiting', 'Copies that wait to be compared', facts.waiting)
  gauge('shadow_running', 'Comparisons under way', facts.running)
  gauge('shadow_kept_bytes', 'Octets of answers kept for comparisons', facts.octets)
  new Gauge({
    name: `${names}_canary_share`,
    help: 'Share of subjects whose reads the other side serves, 0 to 1',
    labelNames: ['domain'],
    registers,
    collect() {
      this.reset()
      for (const { domain, phase, canary: share } of facts.table()?.domains ?? []) {
        this.set({ domain }, phase === 'canary' ? (share ?? 0) : 0)
      }
    },
  })
  const told = new Set<string>()
  return {
    copied(domain: string, route: string, outcome: Outcome, ms?: number) {
      if (!told.has(route)) {
        told.add(route)
        // A counter that begins at 1 has not risen, to whoever looks at it.
        for (const one of outcomes) copies.inc({ domain, route, outcome: one }, 0)
      }
      copies.inc({ domain, route, outcome })
      if (ms !== undefined) seconds.observe({ outcome }, ms / 1000)
    },
    differs: (domain: string, route: string, kind: DifferenceKind) =>
      differences.inc({ domain, route, kind }),
    unfinished: (domain: string, reason: Reason) => unfinished.inc({ domain, reason }),
    canary: (domain: string, outcome: CanaryOutcome, chosen: boolean) =>
      (chosen ? testers : canary).inc({ domain, outcome }),
  }
}

export type ShadowMetrics = ReturnType<typeof shadowMetrics>
