/**
 * Checkout through the API, with every kind of payment that the shop knows.
 *
 * Own books are bought in ways whose end is known at once; cards whose end comes later, or is a
 * refusal, buy other books.
 *
 * @module
 */
import { addToCart, emptyCart } from './basket.ts'
import type { Answer } from './edges.ts'
import type { Write } from './ledger.ts'
import { isOrderStatus } from './openOrders.ts'
import { anyBook, remember, type Session } from './session.ts'
import { json } from './shopper.ts'

export const shipping = {
  name: 'Ana María Quiñones',
  street: 'Carrera 7 # 71-21',
  city: 'Bogotá',
  country: 'CO',
}

type Payment = { readonly method: string; readonly card_last4?: string }

/** The simulated provider's cards (services/orders/README.md); the old shop takes each as paid. */
export const cards = {
  sure: '4242',
  declined: '0002',
  calledBack: '0408',
  declinedLater: '0409',
  calledBackTwice: '0422',
} as const

const sure: readonly Payment[] = [
  { method: 'card', card_last4: cards.sure },
  { method: 'card', card_last4: cards.sure },
  { method: 'card', card_last4: cards.calledBackTwice },
  { method: 'transfer' },
  { method: 'cash' },
]

/** One's own book, and sometimes another one beside it. */
export async function buyOwn(session: Session): Promise<void> {
  const { shopper, cart, book } = session
  const { random } = shopper.ports
  if (cart.lines === undefined && !(await emptyCart(shopper, cart))) return
  if (!(await addToCart(shopper, cart, { bookId: book.id, quantity: 1 + random.below(3) }))) return
  if (random.below(3) === 0) {
    await addToCart(shopper, cart, { bookId: anyBook(session), quantity: 1 })
  }
  await placeOrder(session, random.pick(sure))
}

/** Others' books, with a card that declines, says so later, or says nothing for a while. */
export async function buyOddly(session: Session, card: string): Promise<boolean> {
  const { shopper, cart } = session
  if (!(await emptyCart(shopper, cart))) return false
  if (!(await addToCart(shopper, cart, { bookId: anyBook(session), quantity: 1 }))) return false
  return placeOrder(session, { method: 'card', card_last4: card })
}

/** To be paid by the customer on another day: open until the staff see the money. */
export async function buyByTransfer(session: Session): Promise<boolean> {
  const { shopper, cart } = session
  if (!(await emptyCart(shopper, cart))) return false
  if (!(await addToCart(shopper, cart, { bookId: anyBook(session), quantity: 1 }))) return false
  return placeOrder(session, { method: 'transfer' })
}

/** @returns whether an order stands */
async function placeOrder(session: Session, payment: Payment): Promise<boolean> {
  const { shopper, cart } = session
  const { ledger, tally } = shopper.ports
  const lines = cart.lines
  if (lines === undefined || lines.length === 0) return false
  const reference = shopper.reference('order')
  const write = ledger.open({ reference, kind: 'order', lines: lines.length, at: tally.now() })
  const own = lines.find(({ bookId }) => bookId === session.book.id)?.quantity ?? 0
  const answer = await shopper.ask(
    { method: 'POST', path: '/api/orders', json: { reference, shipping, payment } },
    { expect: [201, 402, 409], write, domainWrite: true },
  )
  learnOrder(session, { answer, write, own })
  if (answer?.status !== 201) {
    if (answer !== undefined) await emptyCart(shopper, cart)
    return false
  }
  const order = json(answer) as { id?: unknown; status?: unknown }
  remember(session.orders, { id: Number(order.id), reference })
  const open = payment.method !== 'card' || order.status === 'paid'
  if (open && isOrderStatus(order.status)) {
    session.openOrders.put({ id: Number(order.id), status: order.status })
  }
  return true
}

interface Placed {
  readonly answer: Answer | undefined
  readonly write: Write
  /** Copies of one's own book. */
  readonly own: number
}

/** What the answer says about cart, stock and price of one's own. */
export function learnOrder(session: Session, { answer, write, own }: Placed): void {
  const { shopper, cart, book } = session
  const { tally } = shopper.ports
  if (answer === undefined) {
    cart.clear(false)
    if (own > 0) book.stock.maybeAdd(-own)
    return
  }
  if (answer.status === 402) {
    // The order stands, cancelled; what it took is on its way back.
    write.fate = 'acknowledged'
    cart.clear(false)
    return
  }
  if (answer.status >= 400) return
  cart.clear(true)
  if (own === 0) return
  book.stock.add(-own)
  book.sold = true
  if (answer.status !== 201) return
  tally.ownRead('catalog')
  const { items = [] } = json(answer) as {
    items?: readonly { book_id?: unknown; price?: unknown }[]
  }
  const price = String(items.find((one) => Number(one.book_id) === book.id)?.price)
  if (!book.price.allows(price)) {
    tally.stale(`${shopper.name}: checkout of book ${book.id}: price ${price}, wrote ${book.price}`)
  }
}
