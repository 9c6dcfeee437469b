import { transferEnds } from '@matapalo/core'
import type { Precondition } from './precondition.ts'

export const phase: Precondition = {
  gate: 'phase',
  async check({ domain, kind }) {
    const { startsIn, from } = transferEnds(kind)
    if (domain.phase === 'decommissioned')
      return `is decommissioned, its old tables are gone; run: matapalo status ${domain.name}`
    if (domain.frozen !== null)
      return `is frozen: ${domain.frozen}; mend the cause, then run: matapalo unfreeze ${domain.name}`
    if (domain.transferId !== null)
      return `transfer ${domain.transferId} is running; run: matapalo status ${domain.name}`
    if (domain.owner !== from)
      return `its owner is ${domain.owner}, a ${kind} takes it from ${from}; run: matapalo status ${domain.name}`
    if (!startsIn.includes(domain.phase))
      return `it is in phase ${domain.phase}, a ${kind} starts in ${startsIn.join(', ')}; run: matapalo ${domain.prepared ? `backfill ${domain.name} --wait` : `prepare ${domain.name}`}`
    return null
  },
}
