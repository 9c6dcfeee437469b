/** What a customer writes at checkout, checked. */
import { invalid } from '../errors.ts'
import { type Body, bodyOf, onlyFields, optionalText, reference, text, truth } from '../input.ts'
import { cents, money } from '../money.ts'

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

export const shippingCosts = { standard: '4.90', express: '12.00', pickup: '0.00' } as const
export type ShippingMethod = keyof typeof shippingCosts
export const paymentMethods = ['card', 'transfer', 'cash'] as const
export type PaymentMethod = (typeof paymentMethods)[number]

function oneOf<T extends string>(body: Body, name: string, allowed: readonly T[], fallback: T): T {
  const value = body[name] ?? fallback
  const found = allowed.find((each) => each === value)
  if (found === undefined) throw invalid(name, allowed.join(', '))
  return found
}

export function orderRequest(body: Body): OrderRequest {
  onlyFields(body, ['reference', 'shipping', 'payment', 'gift', 'note'])
  const shipping = bodyOf(body.shipping)
  onlyFields(shipping, ['name', 'street', 'city', 'postcode', 'country', 'phone', 'method'])
  const payment = bodyOf(body.payment)
  onlyFields(payment, ['method', 'card_last4'])
  const country = text(shipping, 'country', 2, 2)
  if (!/^[A-Z]{2}$/.test(country)) throw invalid('country', 'two capital letters')
  const last4 = payment.card_last4 ?? null
  if (last4 !== null && (typeof last4 !== 'string' || !/^\d{4}$/.test(last4))) {
    throw invalid('card_last4', 'four digits')
  }
  const methods = Object.keys(shippingCosts) as ShippingMethod[]
  return {
    reference: reference(body),
    shipping: {
      name: text(shipping, 'name', 200),
      street: text(shipping, 'street', 200),
      city: text(shipping, 'city', 120),
      postcode: optionalText(shipping, 'postcode', 20),
      country,
      phone: optionalText(shipping, 'phone', 40),
      method: oneOf(shipping, 'method', methods, 'standard'),
    },
    payment: {
      method: oneOf(payment, 'method', paymentMethods, 'card'),
      cardLast4: last4,
    },
    gift: body.gift === undefined ? false : truth(body, 'gift'),
    note: optionalText(body, 'note', 500),
  }
}

/** Items, shipping and their sum, as text. */
export function totals(
  lines: readonly { readonly price: string; readonly quantity: number }[],
  method: ShippingMethod,
) {
  const items = lines.reduce((sum, line) => sum + cents(line.price) * BigInt(line.quantity), 0n)
  const shipping = cents(shippingCosts[method])
  return { items: money(items), shipping: money(shipping), total: money(items + shipping) }
}
