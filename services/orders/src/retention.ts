/**
 * Forgets what nobody will ask for again: answers kept for an `Idempotency-Key`, and callbacks that the
 * simulated providers have delivered. Ids of handled events stay: a topic may be replayed from its start.
 *
 * @module
 */
import type { Database } from '@bookshop/kit/database'
import type { Log } from '@bookshop/kit/log'
import type { Stoppable } from '@bookshop/kit/process'

/** A key is good for a week. */
const keptDays = 7
const batch = 1000
/** 3600000: an hour. */
const intervalMs = 3_600_000

/** How many rows went. */
export async function forgetOld(database: Database): Promise<number> {
  const old = (column: string) =>
    database.raw(`${column} < UTC_TIMESTAMP() - INTERVAL ? DAY`, keptDays)
  const keys = await database('idempotency').where(old('created_at')).limit(batch).delete()
  const told = await database('simulated_callback').where(old('delivered_at')).limit(batch).delete()
  return keys + told
}

export function startRetention(database: Database, log: Log): Stoppable {
  const look = (): void => {
    forgetOld(database).catch((error: unknown) => {
      log.warn({ err: error }, 'retention.failed')
    })
  }
  const timer = setInterval(look, intervalMs)
  return {
    stop: async () => clearInterval(timer),
  }
}
