/**
 * Wires what happens during a transfer: requests that wait, requests on their way, and the word that
 * none of those are left.
 *
 * @module
 */
import type { Log } from '@matapalo/runtime'
import type { EdgeConfig } from '../config.ts'
import { Drain } from '../hold/drain.ts'
import { HoldLog } from '../hold/holdLog.ts'
import { HoldQueue } from '../hold/holdQueue.ts'
import { InFlight } from '../hold/inFlight.ts'
import type { EdgeMetrics } from '../metrics.ts'
import type { TableInForce } from '../tableInForce.ts'

export interface Holding {
  readonly inFlight: InFlight
  readonly drain: Drain
  readonly holds: HoldQueue
  readonly holdLog: HoldLog
}

export interface HoldingParts {
  readonly config: EdgeConfig
  readonly inForce: TableInForce
  readonly metrics: EdgeMetrics
  readonly log: Log
  /** A request of a held domain has ended. */
  readonly tell: () => void
}

/** Most requests that a lifted hold lets go without an answer's head; and for how long each counts. */
const released = 64
const slotMs = 25

export function wireHolding({ config, inForce, metrics, log, tell }: HoldingParts): Holding {
  const inFlight = new InFlight(() => {
    if (inForce.held.length === 0) return
    drain.check()
    tell()
  })
  const drain = new Drain(
    inForce,
    inFlight,
    ({ epoch, domains, ms, requests }) => {
      metrics.drained(ms)
      log.info({ epoch, domains, durationMs: Math.round(ms), requests }, 'hold.drained')
    },
    (waitingFor) => log.warn({ epoch: inForce.epoch, waitingFor }, 'hold.slowDrain'),
  )
  const holdLog = new HoldLog()
  const holds = new HoldQueue(
    { count: config.holdCount, maxMs: config.holdMax, released, slotMs },
    (domains, outcome, ms) => {
      metrics.held(domains, outcome, ms)
      holdLog.add(domains, outcome, ms)
    },
  )
  return { inFlight, drain, holds, holdLog }
}
