/** 6. The new owner will not give out an id that the old one has used. */
import type { Step } from '@matapalo/core'
import type { Move, TransferPorts } from '../ports.ts'

export const advanceIds = (ports: TransferPorts, move: Move): Step => ({
  name: 'advanceIds',
  light: true,
  do: async () => {
    const lifted = await Promise.all(move.domains.map((domain) => ports.stores.advanceIds(domain)))
    return { lifted: Object.assign({}, ...lifted) }
  },
})
