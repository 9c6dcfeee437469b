/**
 * The expiry loop: every few seconds, give back the stock of reservations whose time ran out.
 *
 * While another store owns the tables the database refuses the write. The loop then says nothing and
 * looks again later, less and less often up to ten times its interval: the owner expires them.
 *
 * @module
 */
import { type Database, isWriteRefused } from '@bookshop/kit/database'
import { utcText } from '@bookshop/kit/instants'
import type { Log } from '@bookshop/kit/log'
import type { Metrics } from '../metrics.ts'
import { expire } from './settle.ts'

const batch = 200

/**
 * Milliseconds that a reservation is left alone after it ran out. While another store owns the tables
 * it expires them, and has done so by then: an attempt here would only be one more refused write for
 * an operator to look at.
 */
const graceMs = 5000

export interface Loop {
  /** Ends after the reservation at hand. */
  stop(): Promise<void>
}

const dueReferences = (database: Database, before: Date): Promise<string[]> =>
  database('reservation')
    .distinct('order_ref')
    .where('state', 'reserved')
    .where('expires_at', '<=', utcText(before))
    .limit(batch)
    .pluck('order_ref')

/** One look. Resolves to false when the database refused the write. */
export async function expireDue(
  database: Database,
  metrics: Metrics,
  isStopping: () => boolean = () => false,
): Promise<boolean> {
  const due = await dueReferences(database, new Date(Date.now() - graceMs))
  for (const orderRef of due) {
    if (isStopping()) return true
    try {
      if (await expire(database, orderRef, new Date())) metrics.expiredReservations.inc()
    } catch (error) {
      if (!isWriteRefused(error)) throw error
      metrics.refusedWrites.inc({ origin: 'expiry' })
      return false
    }
  }
  return true
}

export function startExpiry(
  database: Database,
  metrics: Metrics,
  log: Log,
  intervalMs: number,
): Loop {
  let stopping = false
  let wake = (): void => {}
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })

  const run = async (): Promise<void> => {
    let wait = intervalMs
    while (!stopping) {
      await pause(wait)
      if (stopping) return
      try {
        const accepted = await expireDue(database, metrics, () => stopping)
        wait = accepted ? intervalMs : Math.min(wait * 2, intervalMs * 10)
      } catch (error) {
        log.warn({ err: error }, 'expiry.failed')
        wait = intervalMs
      }
    }
  }
  const ended = run()
  return {
    stop() {
      stopping = true
      wake()
      return ended
    },
  }
}
