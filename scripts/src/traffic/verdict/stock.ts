/**
 * Stock against orders: every standing order has taken its copies exactly once, every other has taken
 * none in the end, and nothing was sold without an order.
 *
 * @module
 */
import type { Judge } from './judge.ts'
import type { Movement, OrderRow } from './shopRows.ts'

export interface StockVerdict {
  /** Orders that are paid, and how many of them did not take their stock exactly once. */
  readonly paidOrders: number
  readonly paidWithoutStock: number
  /** All lines that are not what they must be. */
  readonly wrongLines: number
}

const paid = new Set(['paid', 'packed', 'shipped', 'delivered'])

/** A cancelled order's copies went back, or wait for a person to look at them; each at most once. */
const isRight = (order: OrderRow, quantity: number, movement: Movement | undefined): boolean => {
  const { sales, returns, delta } = movement ?? { sales: 0, returns: 0, delta: 0 }
  if (order.status === 'cancelled') {
    if (sales > 1 || returns > 1) return false
    return returns === sales ? delta === 0 : delta === -quantity
  }
  return sales === 1 && returns === 0 && delta === -quantity
}

export function judgeStock(
  orders: ReadonlyMap<string, readonly OrderRow[]>,
  movements: ReadonlyMap<string, Movement>,
  judge: Judge,
): StockVerdict {
  let paidOrders = 0
  let paidWithoutStock = 0
  let wrongLines = 0
  const known = new Set<string>()
  for (const [reference, rows] of orders) {
    for (const order of rows) {
      let wrong = 0
      for (const { bookId, quantity } of order.lines) {
        const key = `${reference}/${bookId}`
        known.add(key)
        const movement = movements.get(key)
        if (isRight(order, quantity, movement)) continue
        wrong += 1
        const { sales = 0, returns = 0, delta = 0 } = movement ?? {}
        const what = `stock of ${key} (${order.status}, ${order.stock}): sold ${sales}, returned ${returns}, ${delta} of ${-quantity}`
        if (sales > 1) judge.doubled('catalog', what)
        else judge.lost('catalog', what)
      }
      if (order.payment === 'paid' && paid.has(order.status)) {
        paidOrders += 1
        if (wrong > 0) paidWithoutStock += 1
      }
      wrongLines += wrong
    }
  }
  for (const [key, { delta }] of movements) {
    if (known.has(key) || delta === 0) continue
    wrongLines += 1
    judge.lost('catalog', `stock of ${key}: ${delta}, and no order stands`)
  }
  return { paidOrders, paidWithoutStock, wrongLines }
}
