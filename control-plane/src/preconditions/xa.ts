/** Rows of an XA transaction are in the binary log at PREPARE, and a later ROLLBACK takes nothing back. */
import { preparedXa, xaStarts } from '@matapalo/cdc/shapes'
import { readObservation } from '../ledger/watch.ts'
import type { Precondition } from './precondition.ts'

export const xa: Precondition = {
  gate: 'xa',
  ofTables: true,
  async check({ control, domain }) {
    for (const side of ['monolith', 'service'] as const) {
      const db = control.stores[side]
      const prepared = await preparedXa(db)
      if (prepared.length > 0)
        return `${prepared.length} prepared XA transaction(s) on the ${side} server, 0 are allowed; end them (XA RECOVER), then run: matapalo explain ${domain.name}`
      const total = await xaStarts(db)
      const known = await readObservation(control.ledger, domain.name, side)
      const was = known?.counters.xaStarts ?? 0
      // Less than before: the server was restarted, and its counters with it.
      const since = total >= was ? total - was : total
      if (since > 0)
        return `XA is in use on the ${side} server: ${since} XA START since ${known?.since ?? 'it was started'}, 0 are allowed; let that writer use plain transactions, then run: matapalo prepare ${domain.name}`
    }
    return null
  },
}
