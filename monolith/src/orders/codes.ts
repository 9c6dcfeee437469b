/** The numbers in the orders table and the words the API shows for them. */
export const orderStatuses = [
  'placed',
  'paid',
  'packed',
  'shipped',
  'delivered',
  'cancelled',
  'returned',
] as const
export type OrderStatus = (typeof orderStatuses)[number]
export const paymentStatuses = ['open', 'paid', 'refused', 'refunded'] as const
export const stockStates = ['taken', 'reserved', 'confirmed', 'lost'] as const

export const orderPlaced = 0
export const orderPaid = 1
export const orderCancelled = 5

export const paymentOpen = 0
export const paymentPaid = 1
export const paymentRefused = 2

export const stockTaken = 0
export const stockReserved = 1
export const stockConfirmed = 2
export const stockLost = 3

/** Which status may follow which. */
export const nextStatuses: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  placed: ['paid', 'packed', 'cancelled'],
  paid: ['packed', 'cancelled'],
  packed: ['shipped', 'cancelled'],
  shipped: ['delivered', 'returned'],
  delivered: ['returned'],
  cancelled: [],
  returned: [],
}
