/**
 * The rows of a new order, in the transaction that takes its intent away: of two who hold the same
 * intent only one can write the order, and nobody can write it on a reservation given up.
 *
 * @module
 */
import type { Transaction } from '@bookshop/kit/database'
import { utcText } from '@bookshop/kit/instants'
import { clearOrdered } from '../cart/edit.ts'
import { announce } from '../events/orderEvents.ts'
import { record } from '../orders/history.ts'
import { openTransaction } from '../payments/transactions.ts'
import { totals } from './request.ts'
import type { Saga } from './saga.ts'

const paymentReference = (reference: string): string => `pay-${reference}`.slice(0, 64)

/** False when the intent is gone: the checkout was given up. */
export async function writeOrder(
  transaction: Transaction,
  saga: Saga,
  provider: string,
  now: Date,
): Promise<boolean> {
  const { reference, userId, request, lines } = saga
  const taken = await transaction('checkout').where({ reference, state: 'open' }).delete()
  if (taken !== 1) return false
  const byCard = request.payment.method === 'card'
  const id = await insertOrder(transaction, saga, now)
  await transaction('order_payment_detail').insert({
    order_id: id,
    method: request.payment.method,
    status: 'open',
    reference: byCard ? paymentReference(reference) : null,
    card_last4: request.payment.cardLast4,
  })
  await transaction('order_detail').insert(
    lines.map((line, index) => ({
      order_id: id,
      line: index + 1,
      book_id: line.bookId,
      title: line.title,
      quantity: line.quantity,
      price_cents: line.priceCents,
    })),
  )
  if (byCard) {
    const amountCents = totals(lines, request.shipping.method).total
    const charge = { orderId: id, reference, kind: 'charge', amountCents, provider } as const
    await openTransaction(transaction, charge, now)
  } else {
    // To be paid on another day: for the customer the checkout ends here.
    await record(transaction, id, { status: 'placed', byUser: userId }, now)
    await clearOrdered(
      transaction,
      userId,
      lines.map((line) => line.bookId),
    )
  }
  await announce(transaction, id, 'order.created')
  return true
}

async function insertOrder(transaction: Transaction, saga: Saga, now: Date): Promise<number> {
  const { reference, userId, request, lines } = saga
  const { shipping } = request
  const sums = totals(lines, shipping.method)
  const [id] = await transaction('order').insert({
    reference,
    user_id: userId,
    status: 'placed',
    stock: 'reserved',
    items_cents: sums.items,
    shipping_cents: sums.shipping,
    total_cents: sums.total,
    ship_name: shipping.name,
    ship_street: shipping.street,
    ship_city: shipping.city,
    ship_postcode: shipping.postcode,
    ship_country: shipping.country,
    ship_phone: shipping.phone,
    shipping_method: shipping.method,
    gift: request.gift ? 1 : 0,
    note: request.note,
    created_at: utcText(now),
    updated_at: utcText(now),
  })
  return Number(id)
}
