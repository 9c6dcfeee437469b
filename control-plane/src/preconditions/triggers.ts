import { missingTriggers } from '@matapalo/cdc/fence'
import { fencedTables } from '../live/fenced.ts'
import type { Precondition } from './precondition.ts'

export const triggers: Precondition = {
  gate: 'triggers',
  ofTables: true,
  async check({ control, domain, manifest }) {
    for (const side of ['monolith', 'service'] as const) {
      const missing = await missingTriggers(control.stores[side], fencedTables(manifest, side))
      const first = missing[0]
      if (first !== undefined)
        return `${missing.length} fence trigger(s) are missing on the ${side} side, first: ${first.name}; run: matapalo prepare ${domain.name}`
    }
    return null
  },
}
