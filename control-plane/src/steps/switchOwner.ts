/** 7. The commit point: one ledger transaction. Never undone. */
import type { Step } from '@matapalo/core'
import { WindowExceeded } from '../errors.ts'
import type { Move, Notes, TransferPorts } from '../ports.ts'

/** 1000 (one second): what the steps without a budget of their own may add to the budgets. */
const slackMs = 1000

export const switchOwner = (ports: TransferPorts, move: Move, notes: Notes): Step => ({
  name: 'switchOwner',
  do: async (entry) => {
    await notes.triggers
    const { drainMs, fenceMs, catchUpMs } = move.budgets
    const [held, limit] = [
      performance.now() - notes.heldAt,
      drainMs + fenceMs + catchUpMs + slackMs,
    ]
    if (held > limit) throw new WindowExceeded('switchOwner', held, limit)
    return { epoch: await ports.ledger.switchOwner(move, entry) }
  },
})
