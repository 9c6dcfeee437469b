/** 9. The new owner's database accepts writes. */
import type { Step } from '@matapalo/core'
import type { Move, TransferPorts } from '../ports.ts'
import { pagesOnly } from './pages.ts'

/** 2000 (two seconds); it is tried again until it succeeds. */
const openBudgetMs = 2000

export const openTarget = (ports: TransferPorts, move: Move): Step => ({
  name: 'openTarget',
  do: async ({ seq, term }) => {
    await Promise.all(
      move.stored.map((domain) =>
        ports.stores.setFence(domain, move.to, { closed: false, seq, term }, openBudgetMs),
      ),
    )
    return pagesOnly(move)
  },
})
