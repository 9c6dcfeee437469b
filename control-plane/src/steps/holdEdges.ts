/**
 * 2. Epoch N+1: requests that may write the domains wait, and those under way end.
 *
 * Everybody who is held waits for the slowest of those, so a hold that meets a slow one is given up
 * after a moment, and tried again when work in flight has ended. Only the last try waits for as long
 * as the budget says.
 */
import type { Step } from '@matapalo/core'
import { EdgesNotDrained } from '../errors.ts'
import type { Move, Notes, TransferPorts } from '../ports.ts'
import { settle } from './settle.ts'

/** 5, of 200 milliseconds each: holds that are given up. More would only keep the transfer waiting. */
export const shortHolds = { tries: 5, ms: 200 } as const

export const holdEdges = (ports: TransferPorts, move: Move, notes: Notes): Step => ({
  name: 'holdEdges',
  do: async () => {
    const { drainMs } = move.budgets
    const begun = performance.now()
    for (let tries = 1; ; tries += 1) {
      notes.heldAt = performance.now()
      const epoch = await ports.ledger.hold(move, true)
      const limitMs = tries > shortHolds.tries ? drainMs : Math.min(shortHolds.ms, drainMs)
      try {
        const drained = await ports.edges.awaitDrained(epoch, limitMs)
        return { epoch, ...drained, tries, beforeMs: Math.round(notes.heldAt - begun) }
      } catch (error) {
        if (!(error instanceof EdgesNotDrained) || limitMs === drainMs) throw error
      }
      await ports.ledger.hold(move, false)
      await settle(ports, move, notes)
    }
  },
  undo: async () => ({ epoch: await ports.ledger.hold(move, false) }),
})
