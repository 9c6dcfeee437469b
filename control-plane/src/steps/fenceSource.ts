/**
 * 3. The owner's database refuses writes: one fence after the other, in the group's fixed order.
 *
 * A transaction that outlasts the budget keeps its fence from closing, and would keep an undo from
 * opening it too, with everybody held meanwhile. So what this run knows not to have been closed is
 * left alone; a resumed transfer knows nothing and opens all.
 */
import { FenceBlocked } from '@matapalo/cdc/fence'
import type { Step } from '@matapalo/core'
import type { Move, Notes, TransferPorts } from '../ports.ts'
import { pagesOnly } from './pages.ts'

/** 5000 (five seconds): an undo waits longer than a close, since giving up helps nobody. */
const reopenBudgetMs = 5000

export const fenceSource = (ports: TransferPorts, move: Move, notes: Notes): Step => ({
  name: 'fenceSource',
  do: async ({ seq, term }) => {
    const end = performance.now() + move.budgets.fenceMs
    for (const [at, domain] of move.stored.entries()) {
      const left = Math.max(1, Math.round(end - performance.now()))
      try {
        await ports.stores.setFence(domain, move.from, { closed: true, seq, term }, left)
      } catch (error) {
        const from = error instanceof FenceBlocked && error.ended ? at : at + 1
        for (const name of move.stored.slice(from)) notes.untouched.add(name)
        throw error
      }
    }
    return pagesOnly(move)
  },
  undo: async ({ seq, term }) => {
    for (const domain of move.stored)
      if (!notes.untouched.has(domain))
        await ports.stores.setFence(domain, move.from, { closed: false, seq, term }, reopenBudgetMs)
    return undefined
  },
})
