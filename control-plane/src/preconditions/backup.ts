import { backupsRunning } from '@matapalo/cdc/shapes'
import type { Precondition } from './precondition.ts'

export const backup: Precondition = {
  gate: 'backup',
  ofTables: true,
  async check({ control, domain }) {
    for (const side of ['monolith', 'service'] as const) {
      const running = await backupsRunning(control.stores[side])
      if (running.length > 0)
        return `a backup is running on the ${side} server, and a fence would wait for its lock; when it is done run: matapalo explain ${domain.name}`
    }
    return null
  },
}
