/**
 * 8. Owner markers turn the feeds round in-band, and the edges read from the new owner. Nothing here
 * may fail because of an edge: one that does not answer is holding by itself.
 */
import type { Step } from '@matapalo/core'
import type { Move, TransferPorts } from '../ports.ts'

export const announce = (ports: TransferPorts, move: Move): Step => ({
  name: 'announce',
  do: async ({ seq, term }) => {
    const epoch = await ports.ledger.currentEpoch()
    const [inForce] = await Promise.all([
      ports.edges.awaitInForce(epoch),
      ...move.stored.map((domain) => ports.stores.announce(domain, { term, owner: move.to, seq })),
    ])
    return { epoch, ...inForce }
  },
})
