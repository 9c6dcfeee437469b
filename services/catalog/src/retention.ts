/**
 * Forgets what nobody will ask for again: answers kept for an `Idempotency-Key`, and covers of books
 * that are gone. Ids of handled events stay: a topic may be replayed from its start.
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
  const old = database.raw('created_at < UTC_TIMESTAMP() - INTERVAL ? DAY', keptDays)
  const keys = await database('idempotency').where(old).limit(batch).delete()
  // A book that another store deleted took its cover along there, not here. Ids are never used again.
  const orphans: number[] = await database('product_cover as c')
    .leftJoin('product as p', 'p.id', 'c.product_id')
    .whereNull('p.id')
    .where('c.updated_at', '<', database.raw('UTC_TIMESTAMP() - INTERVAL ? DAY', keptDays))
    .limit(batch)
    .pluck('c.product_id')
  return keys + (await database('product_cover').whereIn('product_id', orphans).delete())
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
