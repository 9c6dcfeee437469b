/**
 * Work in flight, by the manifest's own queries on the owner. What a transfer lets finish by itself
 * (`settle:`) refuses nothing; the query must answer, though.
 */
import { countInFlight, drainsOf } from '../live/inFlight.ts'
import type { Precondition } from './precondition.ts'

export const drain: Precondition = {
  gate: 'drain',
  async check({ control, domain, manifest, from }) {
    for (const one of drainsOf(manifest, from)) {
      const left = await countInFlight(control.stores[from], one)
      if (left > 0 && one.settleMs === null)
        return `${left} piece(s) of work are in flight by the manifest's drain query, 0 are allowed; run: matapalo status ${domain.name}`
    }
    return null
  },
}
