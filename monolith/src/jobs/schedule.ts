/**
 * The scheduled job: restocks and expires every now and then, over a connection of its own and
 * without any HTTP, as it did when it was a line in a crontab.
 *
 * @module
 */
import type { ShopConfig } from '../config.ts'
import { openDatabase } from '../database.ts'
import { every } from '../every.ts'
import { expireReservations } from './expire.ts'
import { restock } from './restock.ts'
import { recordRun } from './runs.ts'

export interface Schedule {
  stop(): Promise<void>
}

export function startSchedule(config: ShopConfig): Schedule {
  if (config.jobIntervalMs === 0) return { stop: async () => {} }
  const db = openDatabase(config.databaseUrl, config.timeZone, 1)
  const repeated = every(config.jobIntervalMs, 'job', async () => {
    await recordRun(db, 'restock', (run) => restock(db, run))
    await recordRun(db, 'expire', () => expireReservations(db))
  })
  return {
    async stop() {
      await repeated.stop()
      await db.close()
    },
  }
}
