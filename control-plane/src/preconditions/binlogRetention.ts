/** A feed that was down for a while must find its changes again, for as long as a rollback is possible. */
import { loadServer } from '@matapalo/cdc/shapes'
import type { Precondition } from './precondition.ts'

/** 3600 (one hour): what a short reverse window does not lower. */
const leastSeconds = 3600

export const binlogRetention: Precondition = {
  gate: 'binlogRetention',
  ofTables: true,
  async check({ control, domain, manifest }) {
    const wanted = Math.max(leastSeconds, manifest.budgets.reverseWindowMs / 1000)
    for (const side of ['monolith', 'service'] as const) {
      const { binlogRetentionSeconds: kept } = await loadServer(control.stores[side])
      if (kept !== 0 && kept < wanted)
        return `binary logs of the ${side} server are kept for ${kept} s, the reverse window is ${wanted} s; run: SET GLOBAL binlog_expire_logs_seconds = ${wanted}; set it in the configuration too, then run: matapalo explain ${domain.name}`
    }
    return null
  },
}
