import { preparedXa } from '@matapalo/cdc/shapes'
import type { Precondition } from './precondition.ts'

export const xa: Precondition = {
  gate: 'xa',
  async check({ control, domain }) {
    for (const side of ['monolith', 'service'] as const) {
      const prepared = await preparedXa(control.stores[side])
      if (prepared.length > 0)
        return `${prepared.length} prepared XA transaction(s) on the ${side} server, 0 are allowed; end them (XA RECOVER), then run: matapalo explain ${domain.name}`
    }
    return null
  },
}
