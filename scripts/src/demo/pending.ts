/**
 * Payments on their way, counted at whoever owns the orders.
 *
 * The old shop takes every card as paid at once, so an order that waits there for a card's payment is
 * one that the service began: a callback will complete it. The other open payments there are orders
 * by transfer or cash; none is counted twice. The service knows which callbacks its simulated
 * providers have still to make.
 *
 * @module
 */
import type { Side } from '@matapalo/core'
import type { Db } from '@matapalo/runtime'
import type { FlipReport } from './report.ts'

export type Pending = Pick<FlipReport, 'openPayments' | 'callbacks' | 'checkouts'>

const byCallback = `payment_status = 0 AND status = 0 AND payment_method = 'card'`

const queries = {
  monolith: {
    openPayments: `SELECT COUNT(*) AS n FROM orders
      WHERE payment_status = 0 AND status < 5 AND NOT (${byCallback})`,
    callbacks: `SELECT COUNT(*) AS n FROM orders WHERE ${byCallback}`,
    checkouts:
      'SELECT (SELECT COUNT(*) FROM checkouts) + (SELECT COUNT(*) FROM orders WHERE stock_state = 1) AS n',
  },
  service: {
    openPayments: `SELECT COUNT(*) AS n FROM \`order\` o JOIN order_payment_detail p ON p.order_id = o.id
      WHERE p.status = 'open' AND o.status <> 'cancelled'`,
    callbacks: 'SELECT COUNT(*) AS n FROM simulated_callback WHERE delivered_at IS NULL',
    checkouts: `SELECT COUNT(*) AS n FROM checkout_saga WHERE step NOT IN ('done', 'pending')`,
  },
} as const

const count = async (db: Db, statement: string): Promise<number> =>
  Number((await db.query(statement))[0]?.n ?? 0)

export async function pendingPayments(db: Db, side: Side): Promise<Pending> {
  const text = queries[side]
  return {
    openPayments: await count(db, text.openPayments),
    callbacks: await count(db, text.callbacks),
    checkouts: await count(db, text.checkouts),
  }
}

/** Work that only time finishes: nothing of it may be left when the verdict is taken. */
export async function unfinished(db: Db, side: Side): Promise<number> {
  const { callbacks, checkouts } = await pendingPayments(db, side)
  if (side === 'monolith') return callbacks + checkouts
  const waiting = `SELECT COUNT(*) AS n FROM checkout_saga WHERE step <> 'done'`
  return (
    callbacks + (await count(db, waiting)) + (await count(db, 'SELECT COUNT(*) AS n FROM checkout'))
  )
}
