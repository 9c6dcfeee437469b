/**
 * Reading back one's own orders; and the staff, who move orders on.
 *
 * @module
 */
import { statusAfter } from './openOrders.ts'
import type { Session } from './session.ts'
import { json } from './shopper.ts'

/** The list, one order, or its tracking, as chance has it. */
export async function readOwnOrder({ shopper, orders }: Session): Promise<void> {
  const { tally, random } = shopper.ports
  const order = orders.at(-1)
  if (order === undefined) return
  tally.ownRead('orders')
  const miss = (where: string): void => {
    tally.stale(`${shopper.name}: ${where} does not know order ${order.id}`, 'orders')
  }
  const roll = random.below(3)
  if (roll === 0) {
    const answer = await shopper.ask({ method: 'GET', path: '/api/orders' })
    if (answer === undefined) return
    const { items = [] } = json(answer) as { items?: readonly { reference?: unknown }[] }
    if (!items.some(({ reference }) => reference === order.reference)) miss('the list')
    return
  }
  const path = `/api/orders/${order.id}${roll === 1 ? '' : '/tracking'}`
  const answer = await shopper.ask({ method: 'GET', path }, { expect: [200, 404] })
  if (answer === undefined) return
  const seen = json(answer)
  const right = roll === 1 ? seen.reference === order.reference : seen.order_id === order.id
  if (answer.status === 404 || !right) miss(path)
}

/** @param keep orders that are left open, so that payments are pending when the orders move */
export async function moveOrderOn({ shopper, openOrders }: Session, keep: number): Promise<void> {
  const { ledger, tally } = shopper.ports
  const order = openOrders.take(keep)
  if (order === undefined) return
  const status = statusAfter(order.status)
  if (status === undefined) return
  const reference = shopper.reference('status')
  const write = ledger.open({ reference, kind: 'status', at: tally.now() })
  const answer = await shopper.ask(
    { method: 'PUT', path: `/api/orders/${order.id}/status`, json: { status, detail: reference } },
    { write, domainWrite: true },
  )
  // What became of it is not known: nobody takes it again.
  if (answer === undefined) return
  order.status = status
  tally.ownRead('orders')
  const back = await shopper.ask(
    { method: 'GET', path: `/api/orders/${order.id}` },
    { expect: [200, 404] },
  )
  if (back !== undefined) {
    const seen = String(json(back).status)
    if (seen !== status) {
      tally.stale(`${shopper.name}: order ${order.id} is ${seen}, wrote ${status}`, 'orders')
    }
  }
  openOrders.put(order)
}
