/** 7. The commit point: one ledger transaction. Never undone. */
import type { Step } from '@matapalo/core'
import type { Move, TransferPorts } from '../ports.ts'

export const switchOwner = (ports: TransferPorts, move: Move): Step => ({
  name: 'switchOwner',
  do: async (entry) => ({ epoch: await ports.ledger.switchOwner(move, entry) }),
})
