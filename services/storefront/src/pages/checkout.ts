/**
 * Checkout: the cart becomes an order, once, however often the form is sent.
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import { ServiceUnavailable } from '@bookshop/kit/client'
import { type Fields, referenceField, typed } from '../forms/fields.ts'
import type { Page, Shown } from '../page.ts'
import type { Cart, Methods, Order, Profile } from '../shop/shapes.ts'
import { ShopRefused } from '../shop/shop.ts'
import { type Html, html } from '../view/html.ts'
import { option } from '../view/parts.ts'
import type { Visit } from '../visit.ts'
import { lineData } from './cart.ts'

/** While nobody says what it costs: what the shop has always offered. */
const usual: Methods = {
  payment: ['card', 'transfer', 'cash'],
  shipping: [
    { method: 'standard', cost: '4.90' },
    { method: 'express', cost: '12.00' },
    { method: 'pickup', cost: '0.00' },
  ],
}

const line = (item: Cart['items'][number]): Html => html`<li ${lineData(item)}>
    <bdi>${item.title}</bdi><span>${item.quantity} × $${item.price}</span><strong>$${item.line_total}</strong></li>`

interface Shipping {
  readonly profile: Profile | null
  readonly methods: Methods
  readonly form: Fields
  readonly reference: string
}

/** What was typed before, else what the profile says. */
function addressForm({ profile, methods, form, reference }: Shipping): Html {
  const value = (name: 'name' | 'street' | 'city' | 'postcode' | 'country'): string | null =>
    typed(form, name) ?? profile?.[name] ?? (name === 'country' ? 'CO' : null)
  return html`<form action="/checkout" method="post" class="stack">
  ${referenceField(reference)}
  <label>Name <input name="name" value="${value('name')}" required maxlength="200" autocomplete="name"></label>
  <label>Street <input name="street" value="${value('street')}" required maxlength="200" autocomplete="street-address"></label>
  <label>City <input name="city" value="${value('city')}" required maxlength="120" autocomplete="address-level2"></label>
  <label>Postcode <input name="postcode" value="${value('postcode')}" maxlength="20" autocomplete="postal-code"></label>
  <label>Country <input name="country" value="${value('country')}" required pattern="[A-Z]{2}" title="Two capital letters" autocomplete="country"></label>
  <label>Shipping <select name="method">${methods.shipping.map(({ method, cost }) => option(method, `${method} ($${cost})`, method === form.method))}</select></label>
  <label>Payment <select name="payment">${methods.payment.map((method) => option(method, method, method === form.payment))}</select></label>
  <button>Place the order</button>
</form>`
}

async function show(visit: Visit, reference: string): Promise<Shown> {
  const { shop, form, maybe } = visit
  const [cart, profile, methods] = await Promise.all([
    shop.get<Cart>('orders', '/api/cart'),
    maybe('users', shop.get<Profile>('users', '/api/profile')),
    shop.get<Methods>('orders', '/api/payment-methods').catch(() => usual),
  ])
  const body =
    cart.items.length === 0
      ? html`<h1>Checkout</h1><p>Your cart is empty.</p>`
      : html`<h1>Checkout</h1>
<ul class="lines">${cart.items.map(line)}</ul>
<p class="sum">Books <strong data-total="${cart.total}">$${cart.total}</strong></p>
${addressForm({ profile, methods, form, reference })}`
  return { title: 'Checkout', body }
}

/** A payment may be under way: the same reference finds it, a new one might pay twice. */
const unsettled: ReadonlySet<string> = new Set(['request_in_progress', 'checkout_running'])

async function showAgain(visit: Visit, error: unknown): Promise<Shown> {
  const sent = typed(visit.form, 'reference') ?? randomUUID()
  if (error instanceof ShopRefused && error.status !== 401) {
    const reference = unsettled.has(error.code) ? sent : randomUUID()
    return { ...(await show(visit, reference)), status: error.status, problem: error.message }
  }
  if (error instanceof ServiceUnavailable) {
    const problem =
      'We could not finish this just now. Place the order again: it will not be made or paid twice.'
    return { ...(await show(visit, sent)), status: 503, problem }
  }
  throw error
}

export const checkoutPages: readonly Page[] = [
  {
    method: 'get',
    path: '/checkout',
    login: true,
    answer: (visit) => show(visit, randomUUID()),
  },
  {
    method: 'post',
    path: '/checkout',
    login: true,
    async answer(visit) {
      const { reference, payment, ...shipping } = visit.form
      const body = { reference, shipping, payment: { method: payment } }
      const write = { manner: 'checkout', body } as const
      try {
        const { json } = await visit.shop.send('orders', 'POST', '/api/orders', write)
        return { to: `/orders/${(json as Order).id}` }
      } catch (error) {
        return showAgain(visit, error)
      }
    },
  },
]
