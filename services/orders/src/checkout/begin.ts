/**
 * A checkout begins: the cart's lines and prices are frozen, and two rows say that a reservation may
 * exist from now on. `checkout`, the intent, is the old shop's own table and travels with it; the saga
 * is this service's.
 *
 * @module
 */
import { inTransaction, isDuplicate, type Transaction } from '@bookshop/kit/database'
import { ApiError } from '@bookshop/kit/errors'
import { utcText } from '@bookshop/kit/instants'
import { currentTrace } from '@bookshop/kit/trace'
import { cartItems, centsOf } from '../cart/cart.ts'
import { later, utcMillis } from '../instants.ts'
import type { Shop } from '../shop.ts'
import type { OrderLine, OrderRequest } from './request.ts'
import { lockSaga, noteStep } from './saga.ts'

export const cartIsEmpty = (): ApiError =>
  new ApiError(409, 'cart_empty', 'There is nothing in the cart')

const outOfStock = (bookId: number): ApiError =>
  new ApiError(409, 'out_of_stock', 'There are not enough copies', { details: { book_id: bookId } })

export const referenceReused = (): ApiError =>
  new ApiError(409, 'reference_reused', 'This reference belongs to another order')

/** The cart at today's prices, by book. Errors: 409 `cart_empty`, `out_of_stock`. */
export async function linesOfCart(shop: Shop, userId: number): Promise<readonly OrderLine[]> {
  const items = await cartItems(shop.database, userId)
  if (items.length === 0) throw cartIsEmpty()
  items.sort((a, b) => a.book_id - b.book_id)
  const books = await Promise.all(items.map((item) => shop.catalog.book(item.book_id)))
  return items.map((item, at) => {
    const book = books[at]
    if (!book) throw outOfStock(item.book_id)
    return {
      bookId: item.book_id,
      title: book.title,
      priceCents: centsOf(book),
      quantity: item.quantity,
    }
  })
}

/** `joined`: this reference is on its way already, here or elsewhere. */
export type Begun = 'begun' | 'joined'

export interface Beginning {
  readonly userId: number
  readonly request: OrderRequest
  readonly lines: readonly OrderLine[]
}

export async function begin(shop: Shop, beginning: Beginning): Promise<Begun> {
  try {
    return await inTransaction(shop.database, (transaction) => open(shop, transaction, beginning))
  } catch (error) {
    // Two first calls at once: the other one's rows stand.
    if (isDuplicate(error)) return 'joined'
    throw error
  }
}

async function open(
  shop: Shop,
  transaction: Transaction,
  { userId, request, lines }: Beginning,
): Promise<Begun> {
  const { reference } = request
  const known = await lockSaga(transaction, reference)
  if (known && known.userId !== userId) throw referenceReused()
  // One that ended without an order may be begun again, as in the old shop.
  if (known && known.step !== 'done') return 'joined'
  const order = await transaction('order').where({ reference }).first('id')
  if (order) return 'joined'

  const now = shop.now()
  const intent = await transaction('checkout').where({ reference }).forUpdate().first()
  if (intent && (intent.user_id !== userId || intent.state !== 'open')) throw referenceReused()
  if (!intent) {
    const row = { reference, user_id: userId, state: 'open', created_at: utcText(now) }
    await transaction('checkout').insert(row)
  }
  const trace = currentTrace()
  const row = {
    user_id: userId,
    step: 'begun',
    request: JSON.stringify(request),
    cart_lines: JSON.stringify(lines),
    failure: null,
    claimed_by: shop.instance,
    claimed_until: later(now, shop.patience.claim),
    due_at: null,
    attempts: 0,
    traceparent: trace?.traceparent ?? null,
    request_id: trace?.requestId ?? null,
    created_at: utcMillis(now),
    updated_at: utcMillis(now),
  }
  if (known) await transaction('checkout_saga').where({ reference }).update(row)
  else await transaction('checkout_saga').insert({ reference, ...row })
  await noteStep(transaction, reference, 'begun', null, now)
  return 'begun'
}
