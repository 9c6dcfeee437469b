/**
 * The cart through the API.
 *
 * @module
 */
import type { CartLine, OwnCart } from './ownCart.ts'
import { json, type Shopper } from './shopper.ts'

export async function addToCart(shopper: Shopper, cart: OwnCart, line: CartLine): Promise<boolean> {
  const { bookId, quantity } = line
  const answer = await shopper.ask(
    { method: 'POST', path: '/api/cart/items', json: { book_id: bookId, quantity } },
    { expect: [200, 201, 404], domainWrite: true },
  )
  // A book that the staff have just deleted.
  if (answer?.status === 404) return false
  cart.add(line, answer !== undefined)
  return answer !== undefined
}

export async function changeQuantity(shopper: Shopper, cart: OwnCart): Promise<void> {
  const [line] = cart.lines ?? []
  if (line === undefined) return
  const { bookId } = line
  const quantity = 1 + shopper.ports.random.below(5)
  const answer = await shopper.ask(
    { method: 'PUT', path: `/api/cart/items/${bookId}`, json: { quantity } },
    { domainWrite: true },
  )
  cart.set({ bookId, quantity }, answer !== undefined)
  await readCart(shopper, cart)
}

export async function takeOut(shopper: Shopper, cart: OwnCart): Promise<void> {
  const [line] = cart.lines ?? []
  if (line === undefined) return
  const answer = await shopper.ask(
    { method: 'DELETE', path: `/api/cart/items/${line.bookId}` },
    { expect: [200, 204], domainWrite: true },
  )
  cart.remove([line.bookId], answer !== undefined)
  await readCart(shopper, cart)
}

/** @returns whether the cart is certainly empty now */
export async function emptyCart(shopper: Shopper, cart: OwnCart): Promise<boolean> {
  const answer = await shopper.ask(
    { method: 'DELETE', path: '/api/cart' },
    { expect: [200, 204], domainWrite: true },
  )
  cart.clear(answer !== undefined)
  return answer !== undefined
}

export async function readCart(shopper: Shopper, cart: OwnCart): Promise<void> {
  const { tally } = shopper.ports
  tally.ownRead('orders')
  const answer = await shopper.ask({ method: 'GET', path: '/api/cart' })
  if (answer === undefined) return
  const { items = [] } = json(answer) as {
    items?: readonly { book_id?: unknown; quantity?: unknown }[]
  }
  const seen = items.map((item) => ({
    bookId: Number(item.book_id),
    quantity: Number(item.quantity),
  }))
  judgeCart(shopper, cart, seen, 'API')
}

export function judgeCart(
  shopper: Shopper,
  cart: OwnCart,
  seen: readonly CartLine[],
  where: string,
): void {
  if (cart.allows(seen)) return
  const lines = seen.map(({ bookId, quantity }) => `${bookId}×${quantity}`).join(' ')
  shopper.ports.tally.stale(
    `${shopper.name}: cart (${where}) has ${lines}, wrote ${cart}`,
    'orders',
  )
}
