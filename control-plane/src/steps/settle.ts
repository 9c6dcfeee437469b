/**
 * A moment in which little is under way, before writes are held: whoever waits for what is under way
 * then, everybody waits for.
 *
 * What a comparison or an earlier hold has queued up ends first; then work in flight, for as long as
 * the manifests say. The rest goes over as it is.
 */
import { sleep } from '@matapalo/runtime'
import type { Settled } from '../live/inFlight.ts'
import type { Move, TransferPorts } from '../ports.ts'

/** 250 (milliseconds): about what the slowest requests of a busy edge take. */
const queuedMs = 250

/** @returns by domain, what those that name work in flight had of it */
export async function settle(
  ports: TransferPorts,
  move: Move,
): Promise<Readonly<Record<string, Settled>>> {
  await sleep(queuedMs)
  const inFlight: Record<string, Settled> = {}
  for (const domain of move.domains) {
    const settled = await ports.stores.settle(domain, move.from)
    if (settled !== null) inFlight[domain] = settled
  }
  return inFlight
}
