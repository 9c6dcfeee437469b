/** 4. A marker behind the last write of the owner, and the wait until the other side has applied it. */
import type { Step } from '@matapalo/core'
import type { Move, Notes, TransferPorts } from '../ports.ts'
import { pagesOnly } from './pages.ts'
import { throughFeed } from './throughFeed.ts'

export const catchUp = (ports: TransferPorts, move: Move, notes: Notes): Step => ({
  name: 'catchUp',
  light: true,
  do: async () => {
    notes.catchUpDeadline = performance.now() + move.budgets.catchUpMs
    // A schema-change tool may have swapped a table away from its triggers since the gates.
    notes.triggers = Promise.all(move.stored.map(ports.stores.requireTriggers))
    notes.triggers.catch(() => undefined)
    await Promise.all(
      move.stored.map(async (domain) => {
        const { catchUpMs } = move.budgets
        const { offset } = await throughFeed(ports, move, notes, domain, catchUpMs)
        notes.offsets.set(domain, offset)
      }),
    )
    return pagesOnly(move)
  },
})
