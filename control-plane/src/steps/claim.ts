/**
 * 1. Takes the domains for this transfer and compares, outside the window, what has changed since
 * the last clean verification, so that the window compares only the last few keys.
 */
import type { Step } from '@matapalo/core'
import type { Move, Notes, TransferPorts } from '../ports.ts'
import { pages } from './pages.ts'
import { settle } from './settle.ts'

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
    const calm = await settle(ports, move, notes)
    return {
      comparedAhead: keys,
      ...calm,
      ...pages(move),
    }
  },
  undo: async () => {
    await notes.close()
    await ports.ledger.release(move)
    return undefined
  },
})
