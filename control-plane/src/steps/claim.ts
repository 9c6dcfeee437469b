/**
 * 1. Takes the domains for this transfer and compares, outside the window, what has changed since
 * the last clean verification, so that the window compares only the last few keys.
 *
 * What that comparison cost the servers has queued requests up; they end before the hold begins, or
 * the drain would wait for them. So does work in flight, where a manifest says how long it may take,
 * and last of all: what is under way when the hold begins, everybody waits for. The rest goes over as
 * it is.
 */
import type { Step } from '@matapalo/core'
import { sleep } from '@matapalo/runtime'
import type { Move, Notes, TransferPorts } from '../ports.ts'
import { pages } from './pages.ts'

/** 250 (milliseconds): about what the slowest requests of a busy edge take. */
const settleMs = 250

export const claim = (ports: TransferPorts, move: Move, notes: Notes): Step => ({
  name: 'claim',
  do: async () => {
    await ports.ledger.claim(move)
    await ports.stores.warm()
    let keys = 0
    for (const domain of move.stored) {
      await ports.stores.giveBack(domain, move.to)
      await ports.stores.prepareIds(domain, move.to)
      notes.rogue.set(domain, await ports.stores.rogue(domain, move.direction))
      const follower = await ports.verification.follow(domain, move.direction)
      notes.followers.set(domain, follower)
      keys += (await follower.ahead()).keys
    }
    await sleep(settleMs)
    const inFlight: Record<string, unknown> = {}
    for (const domain of move.domains) {
      const settled = await ports.stores.settle(domain, move.from)
      if (settled !== null) inFlight[domain] = settled
    }
    return {
      comparedAhead: keys,
      ...(Object.keys(inFlight).length > 0 ? { inFlight } : {}),
      ...pages(move),
    }
  },
  undo: async () => {
    await notes.close()
    await ports.ledger.release(move)
    return undefined
  },
})
