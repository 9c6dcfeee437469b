/** 10. Epoch N+3: held requests are decided again and go. */
import type { Step } from '@matapalo/core'
import type { Move, TransferPorts } from '../ports.ts'

export const releaseEdges = (ports: TransferPorts, move: Move): Step => ({
  name: 'releaseEdges',
  do: async () => ({ epoch: await ports.ledger.finish(move) }),
})
