/**
 * What a customer writes at checkout, checked field by field in the order in which the old shop did,
 * so that a body with two faults is told of the same one.
 *
 * @module
 */
import { invalid } from '@bookshop/kit/errors'
import {
  type Body,
  bodyOf,
  optionalText,
  requiredReference,
  text,
  truth,
} from '@bookshop/kit/input'
import { readMoney } from '@bookshop/kit/money'

export const shippingCosts = { standard: '4.90', express: '12.00', pickup: '0.00' } as const
export type ShippingMethod = keyof typeof shippingCosts
export const paymentMethods = ['card', 'transfer', 'cash'] as const
export type PaymentMethod = (typeof paymentMethods)[number]

export interface OrderRequest {
  readonly reference: string
  readonly shipping: {
    readonly name: string
    readonly street: string
    readonly city: string
    readonly postcode: string | null
    readonly country: string
    readonly phone: string | null
    readonly method: ShippingMethod
  }
  readonly payment: { readonly method: PaymentMethod; readonly cardLast4: string | null }
  readonly gift: boolean
  readonly note: string | null
}

/** A line of the order to be, at the price of the moment when the checkout began. */
export interface OrderLine {
  readonly bookId: number
  readonly title: string
  readonly priceCents: number
  readonly quantity: number
}

function oneOf<T extends string>(body: Body, name: string, allowed: readonly T[], fallback: T): T {
  const value = body[name] ?? fallback
  const found = allowed.find((each) => each === value)
  if (found === undefined) throw invalid(name, allowed.join(', '))
  return found
}

export function readOrderRequest(body: Body): OrderRequest {
  const shipping = bodyOf(body.shipping)
  const payment = bodyOf(body.payment)
  const country = text(shipping, 'country', 2)
  if (!/^[A-Z]{2}$/.test(country)) throw invalid('country', 'two capital letters')
  const last4 = payment.card_last4 ?? null
  if (last4 !== null && (typeof last4 !== 'string' || !/^\d{4}$/.test(last4))) {
    throw invalid('card_last4', 'four digits')
  }
  return {
    reference: requiredReference(body, 'reference'),
    shipping: {
      name: text(shipping, 'name', 200),
      street: text(shipping, 'street', 200),
      city: text(shipping, 'city', 120),
      postcode: optionalText(shipping, 'postcode', 20),
      country,
      phone: optionalText(shipping, 'phone', 40),
      method: oneOf(shipping, 'method', Object.keys(shippingCosts) as ShippingMethod[], 'standard'),
    },
    payment: { method: oneOf(payment, 'method', paymentMethods, 'card'), cardLast4: last4 },
    gift: body.gift === undefined ? false : truth(body, 'gift'),
    note: optionalText(body, 'note', 500),
  }
}

/** Cents: items, shipping, and their sum. */
export function totals(lines: readonly OrderLine[], method: ShippingMethod) {
  const items = lines.reduce((sum, line) => sum + line.priceCents * line.quantity, 0)
  // The table above holds amounts.
  const shipping = readMoney(shippingCosts[method]) ?? 0
  return { items, shipping, total: items + shipping }
}
