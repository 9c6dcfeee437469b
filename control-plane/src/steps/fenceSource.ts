/** 3. The owner's database refuses writes: one fence after the other, in the group's fixed order. */
import type { Step } from '@matapalo/core'
import type { Move, TransferPorts } from '../ports.ts'
import { pagesOnly } from './pages.ts'

/** 5000 (five seconds): an undo waits longer than a close, since giving up helps nobody. */
const reopenBudgetMs = 5000

export const fenceSource = (ports: TransferPorts, move: Move): Step => ({
  name: 'fenceSource',
  do: async ({ seq, term }) => {
    const end = performance.now() + move.budgets.fenceMs
    for (const domain of move.stored) {
      const left = Math.max(1, Math.round(end - performance.now()))
      await ports.stores.setFence(domain, move.from, { closed: true, seq, term }, left)
    }
    return pagesOnly(move)
  },
  undo: async ({ seq, term }) => {
    for (const domain of move.stored)
      await ports.stores.setFence(domain, move.from, { closed: false, seq, term }, reopenBudgetMs)
    return undefined
  },
})
