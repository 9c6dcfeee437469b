/**
 * Settles what was claimed while the orders service was away: an order that turns out to be the
 * customer's is put into the ticket or complaint, any other claim is dropped.
 *
 * @module
 */
import { ServiceUnavailable } from '@bookshop/kit/client'
import { type Database, inTransaction, isUnavailable, isWriteRefused } from '@bookshop/kit/database'
import type { Log } from '@bookshop/kit/log'
import type { Orders } from '../neighbours/orders.ts'

interface ClaimRow {
  readonly kind: 'query' | 'complaint'
  readonly case_id: number
  readonly user_id: number
  readonly order_id: number
}

const tables = { query: 'ticket', complaint: 'complaint' } as const
const atOnce = 50

/**
 * One round over the oldest claims. It ends at the first one that cannot be settled now: the neighbour
 * is still away, or another store owns the tables.
 *
 * @returns how many were settled
 */
export async function settleClaims(database: Database, orders: Orders): Promise<number> {
  const claims: ClaimRow[] = await database('order_claim')
    .orderBy('created_at')
    .limit(atOnce)
    .select('kind', 'case_id', 'user_id', 'order_id')
  for (const { kind, case_id, user_id, order_id } of claims) {
    const history = await orders.of(user_id)
    const isTheirs = history.some(({ id }) => id === order_id)
    await inTransaction(database, async (transaction) => {
      const row = { id: case_id, user_id }
      if (isTheirs) await transaction(tables[kind]).where(row).update({ order_id })
      await transaction('order_claim').where({ kind, case_id }).delete()
    })
  }
  return claims.length
}

const isForLater = (error: unknown): boolean =>
  error instanceof ServiceUnavailable || isWriteRefused(error) || isUnavailable(error)

/** Looks every `intervalMs` until it is stopped. */
export function startClaims(
  database: Database,
  orders: Orders,
  log: Log,
  intervalMs: number,
): { stop(): Promise<void> } {
  let running: Promise<void> = Promise.resolve()
  const round = async (): Promise<void> => {
    try {
      const settled = await settleClaims(database, orders)
      if (settled > 0) log.info({ settled }, 'claims.settled')
    } catch (error) {
      if (!isForLater(error)) log.error({ err: error }, 'claims.failed')
    }
  }
  let busy = false
  const timer = setInterval(() => {
    if (busy) return
    busy = true
    running = round().finally(() => {
      busy = false
    })
  }, intervalMs)
  return {
    stop() {
      clearInterval(timer)
      return running
    },
  }
}
