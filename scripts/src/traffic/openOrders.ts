/**
 * Orders that staff may move on. Whoever takes one has it alone, so that what is read back after a
 * change has one right answer.
 *
 * @module
 */
export interface OpenOrder {
  readonly id: number
  status: OrderStatus
}

/** The way of an order that nothing comes between. */
const next = { placed: 'paid', paid: 'packed', packed: 'shipped', shipped: 'delivered' } as const
export type OrderStatus = keyof typeof next | 'delivered'

export const statusAfter = (status: OrderStatus): OrderStatus | undefined =>
  status === 'delivered' ? undefined : next[status]

export const isOrderStatus = (status: unknown): status is OrderStatus =>
  status === 'delivered' || (typeof status === 'string' && Object.hasOwn(next, status))

export class OpenOrders {
  readonly #waiting: OpenOrder[] = []

  get count(): number {
    return this.#waiting.length
  }

  put(order: OpenOrder): void {
    if (statusAfter(order.status) !== undefined) this.#waiting.push(order)
  }

  /** The one that has waited longest; at least `keep` others go on waiting. */
  take(keep = 0): OpenOrder | undefined {
    return this.#waiting.length > keep ? this.#waiting.shift() : undefined
  }
}
