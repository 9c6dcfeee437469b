/**
 * Checkouts that are cut short, and how each must end. Add a point to add a case.
 *
 * @module
 */
export interface Scenario {
  readonly name: string
  readonly card: string
  readonly stock: number
  readonly points: readonly string[]
  /** Order's status, payment and stock; null: no order. */
  readonly end: readonly [string, string, string] | null
  readonly left: number
  readonly events: readonly string[]
}

export const scenarios: readonly Scenario[] = [
  {
    name: 'that succeeds',
    card: '4242',
    stock: 5,
    points: [
      'begun',
      'identified',
      'reservation made',
      'reserved',
      'ordered',
      'charged',
      'payment learnt',
      'confirmed',
      'settled',
    ],
    end: ['paid', 'paid', 'confirmed'],
    left: 3,
    events: ['order.created', 'order.paid'],
  },
  {
    name: 'whose card is declined',
    card: '0002',
    stock: 5,
    points: ['payment learnt', 'released'],
    end: ['cancelled', 'refused', 'lost'],
    left: 5,
    events: ['order.created', 'order.cancelled'],
  },
  {
    name: 'whose payment comes late',
    card: '0408',
    stock: 5,
    points: ['charged', 'pending', 'payment learnt'],
    end: ['paid', 'paid', 'confirmed'],
    left: 3,
    events: ['order.created', 'order.paid'],
  },
  {
    name: 'of more copies than there are',
    card: '4242',
    stock: 1,
    points: ['given up', 'released'],
    end: null,
    left: 1,
    events: [],
  },
]
