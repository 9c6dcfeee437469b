import { toolkitTable } from '@matapalo/cdc/names'
import type { Precondition } from './precondition.ts'

export const quarantine: Precondition = {
  gate: 'quarantine',
  ofTables: true,
  async check({ control, domain }) {
    for (const db of [control.stores.service, control.stores.monolith]) {
      const [row] = await db.query(
        `SELECT COUNT(*) AS n, MIN(direction) AS direction FROM ${toolkitTable('quarantine')}
         WHERE domain = ? AND resolved_at IS NULL`,
        [domain.name],
      )
      if (Number(row?.n) > 0)
        return `${row?.n} change(s) are in quarantine (${row?.direction}), 0 are allowed; run: matapalo quarantine ${domain.name}`
    }
    return null
  },
}
