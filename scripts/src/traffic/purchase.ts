/**
 * Cart and checkout, as customers and staff alike do it. The answer shows the price that checkout
 * read, so it is one more way to read back one's own price change.
 *
 * @module
 */
import type { OwnBook } from './ownBook.ts'
import { json, type Shopper } from './shopper.ts'

const shipping = {
  name: 'Ana María Quiñones',
  street: 'Carrera 7 # 71-21',
  city: 'Bogotá',
  country: 'CO',
}

/** Whose last change of the cart was not answered: what is in it now is not known. */
const unsure = new WeakSet<Shopper>()

export async function clearCart(shopper: Shopper): Promise<boolean> {
  const answer = await shopper.ask({ method: 'DELETE', path: '/api/cart' }, { expect: [200, 204] })
  if (answer === undefined) unsure.add(shopper)
  else unsure.delete(shopper)
  return answer !== undefined
}

/** Puts a book into the cart; first empties one of which not everything is known. */
export async function fillCart(
  shopper: Shopper,
  bookId: number,
  quantity: number,
): Promise<boolean> {
  if (unsure.has(shopper) && !(await clearCart(shopper))) return false
  const answer = await shopper.ask(
    { method: 'POST', path: '/api/cart/items', json: { book_id: bookId, quantity } },
    { expect: [200, 201] },
  )
  if (answer === undefined) unsure.add(shopper)
  return answer !== undefined
}

/**
 * Checks out one's own book, with another book beside it when `extra` is given.
 *
 * Out of stock (of the extra) is an answer, not a failure.
 */
export async function buyOwnBook(shopper: Shopper, book: OwnBook, extra?: number): Promise<void> {
  const { tally, ledger, random } = shopper.ports
  const quantity = 1 + random.below(3)
  if (!(await fillCart(shopper, book.id, quantity))) return
  let lines = 1
  if (extra !== undefined && (await fillCart(shopper, extra, 1))) lines += 1
  const reference = shopper.reference('order')
  const write = ledger.open({ reference, kind: 'order', lines, bookId: book.id, at: tally.now() })
  const answer = await shopper.ask(
    {
      method: 'POST',
      path: '/api/orders',
      json: { reference, shipping, payment: { method: 'card', card_last4: '4242' } },
    },
    { expect: [201, 409], write, domainWrite: true },
  )
  if (answer === undefined) {
    book.stock.maybeAdd(-quantity)
    unsure.add(shopper)
    return
  }
  if (answer.status === 409) {
    await clearCart(shopper)
    return
  }
  book.stock.add(-quantity)
  book.sold = true
  tally.ownRead('catalog')
  const { items } = json(answer) as {
    items?: readonly { book_id?: unknown; unit_price?: unknown; price?: unknown }[]
  }
  const item = items?.find((one) => Number(one.book_id) === book.id)
  const price = String(item?.unit_price ?? item?.price)
  if (!book.price.allows(price)) {
    tally.stale(`${shopper.name}: checkout of book ${book.id}: price ${price}, wrote ${book.price}`)
  }
}
