/** 2. Epoch N+1: requests that may write the domains wait, and those under way end. */
import type { Step } from '@matapalo/core'
import type { Move, Notes, TransferPorts } from '../ports.ts'

export const holdEdges = (ports: TransferPorts, move: Move, notes: Notes): Step => ({
  name: 'holdEdges',
  do: async () => {
    notes.heldAt = performance.now()
    const epoch = await ports.ledger.hold(move, true)
    return { epoch, ...(await ports.edges.awaitDrained(epoch, move.budgets.drainMs)) }
  },
  undo: async () => ({ epoch: await ports.ledger.hold(move, false) }),
})
