/**
 * A moment in which little is under way, before writes are held: whoever waits for what is under way
 * then, everybody waits for.
 *
 * What a comparison or an earlier hold has queued up ends first; then a marker goes through the feed
 * until one is quick; then work in flight ends, for as long as the manifests say. The rest goes over as
 * it is.
 */
import { BarrierTimeout } from '@matapalo/cdc/barrier'
import { sleep } from '@matapalo/runtime'
import type { Settled } from '../live/inFlight.ts'
import type { Move, Notes, TransferPorts } from '../ports.ts'
import { throughFeed } from './throughFeed.ts'

/** 250 (milliseconds): about what the slowest requests of a busy edge take. */
const queuedMs = 250
/** 150 (milliseconds): a feed that brings a marker through in less is as quick as it gets on a busy machine. */
const quickMs = 150
/** 3000 (milliseconds): how long a quick one is tried for. The window has its own budget. */
const quickWithinMs = 3_000

export interface Calm {
  /** Milliseconds of the last marker through the slowest feed; absent without tables. */
  readonly feedMs?: number
  /** By domain, what those that name work in flight had of it. */
  readonly inFlight?: Readonly<Record<string, Settled>>
}

async function slowestFeed(ports: TransferPorts, move: Move, notes: Notes): Promise<number> {
  const begun = performance.now()
  await Promise.all(
    move.stored.map((domain) => throughFeed(ports, move, notes, domain, quickWithinMs)),
  ).catch((error: unknown) => {
    // The barrier inside the window says what is wrong, and unwinds.
    if (!(error instanceof BarrierTimeout)) throw error
  })
  return performance.now() - begun
}

async function calmFeed(ports: TransferPorts, move: Move, notes: Notes): Promise<number> {
  const end = performance.now() + quickWithinMs
  for (;;) {
    const ms = await slowestFeed(ports, move, notes)
    if (ms <= quickMs || performance.now() >= end) return Math.round(ms)
    await sleep(ms / 2)
  }
}

export async function settle(ports: TransferPorts, move: Move, notes: Notes): Promise<Calm> {
  await sleep(queuedMs)
  const feedMs = move.stored.length > 0 ? await calmFeed(ports, move, notes) : undefined
  const inFlight: Record<string, Settled> = {}
  for (const domain of move.domains) {
    const settled = await ports.stores.settle(domain, move.from)
    if (settled !== null) inFlight[domain] = settled
  }
  return {
    ...(feedMs === undefined ? {} : { feedMs }),
    ...(Object.keys(inFlight).length > 0 ? { inFlight } : {}),
  }
}
