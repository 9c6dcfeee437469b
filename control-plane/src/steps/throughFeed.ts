/** A marker behind what the owner has written so far, and the wait until the other side has applied it. */
import type { Applied, Move, Notes, TransferPorts } from '../ports.ts'

/** @throws BarrierTimeout */
export async function throughFeed(
  ports: TransferPorts,
  move: Move,
  notes: Notes,
  domain: string,
  timeoutMs: number,
): Promise<Applied> {
  const token = await ports.stores.mark(domain, move.from)
  return ports.stores.awaitApplied(domain, move.direction, {
    token,
    term: move.ownerTerms[domain] ?? 0,
    rogueAtMost: notes.rogue.get(domain) ?? 0n,
    timeoutMs,
  })
}
