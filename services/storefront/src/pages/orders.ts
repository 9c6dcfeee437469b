/**
 * The customer's orders, and one of them with what its books cost today.
 *
 * @module
 */

import { referenceField } from '../forms/fields.ts'
import type { Page } from '../page.ts'
import type { Book, Items, Order, OrderLine, Tracking } from '../shop/shapes.ts'
import { ShopRefused } from '../shop/shop.ts'
import { type Html, html } from '../view/html.ts'
import { bookData, tag, time, tokenField } from '../view/parts.ts'
import type { Visit } from '../visit.ts'

const row = (
  order: Order,
): Html => html`<li data-order-id="${order.id}" data-reference="${order.reference}"><a href="${`/orders/${order.id}`}">${order.reference}</a>
    <span>${order.items.length} ${order.items.length === 1 ? 'title' : 'titles'}</span>${tag(order.status)}<strong>$${order.total}</strong></li>`

/** A book that has left the shop has no price today. */
const today = ({ shop, maybe }: Visit, id: number): Promise<Book | null> =>
  maybe(
    'catalog',
    shop.get<Book>('catalog', `/api/books/${id}`).catch((error: unknown) => {
      if (error instanceof ShopRefused) return null
      throw error
    }),
  )

const item = (line: OrderLine, now: Book | null): Html => html`<li ${now && bookData(now)}>
    <a href="${`/books/${line.book_id}`}"><bdi>${line.title}</bdi></a><span>${line.quantity} × $${line.price}</span>
    ${now && html`<span class="quiet-text">today $${now.price}, ${now.stock} in stock</span>`}</li>`

const address = ({
  shipping,
}: Order): Html => html`<p><bdi>${shipping.name}</bdi><br><bdi>${shipping.street}</bdi><br><bdi>${shipping.city}</bdi> ${shipping.postcode} ${shipping.country}</p>
${shipping.tracking_number && html`<p>Tracking number <code>${shipping.tracking_number}</code></p>`}`

const steps = (tracking: Tracking | null): Html =>
  tracking === null
    ? html`<p>This cannot be shown at the moment.</p>`
    : html`<ol>${tracking.events.map((event) => html`<li><strong>${event.status}</strong> ${time(event.at)} ${event.detail}</li>`)}</ol>`

const returnForm = (
  order: Order,
  visit: Visit,
): Html => html`<details><summary>Send something back</summary>
<form action="${`/orders/${order.id}/return`}" method="post" class="stack">
  ${tokenField(visit)}${referenceField()}
  <label>Book <select name="line">${order.items.map((line) => html`<option value="${line.line}">${line.title}</option>`)}</select></label>
  <label>Copies <input type="number" name="quantity" value="1" min="1" max="999" required></label>
  <label>Why <textarea name="reason" rows="3" required maxlength="500"></textarea></label>
  <button>Ask for the return</button>
</form></details>`

export const orderPages: readonly Page[] = [
  {
    method: 'get',
    path: '/orders',
    login: true,
    async answer({ shop }) {
      const { items } = await shop.get<Items<Order>>('orders', '/api/orders')
      const body = html`<h1>Your orders</h1>
${items.length === 0 && html`<p>None yet.</p>`}
<ul class="lines">${items.map(row)}</ul>`
      return { title: 'Your orders', body }
    },
  },
  {
    method: 'get',
    path: '/orders/:id',
    login: true,
    async answer(visit) {
      const { shop, maybe } = visit
      const id = visit.id('id', 'order')
      const [order, tracking] = await Promise.all([
        shop.get<Order>('orders', `/api/orders/${id}`),
        maybe('orders', shop.get<Tracking>('orders', `/api/orders/${id}/tracking`)),
      ])
      const ids = [...new Set(order.items.map((line) => line.book_id))]
      const books = await Promise.all(ids.map((one) => today(visit, one)))
      const current = new Map(ids.map((one, at) => [one, books[at] ?? null]))
      const body = html`<h1>Order ${order.reference}</h1>
<p data-order-id="${order.id}" data-reference="${order.reference}" data-status="${order.status}">${tag(order.status)} placed ${time(order.created)}</p>
<ul class="lines">${order.items.map((line) => item(line, current.get(line.book_id) ?? null))}</ul>
<p class="sum">Shipping $${order.shipping_cost} · Together <strong>$${order.total}</strong></p>
<div class="two">
<section><h2>Shipping</h2>${address(order)}<h2>Payment</h2><p>${order.payment.method}, ${order.payment.status}</p></section>
<section><h2>Where it is</h2>${steps(tracking)}</section>
</div>
<p><a href="${`/support?order=${order.id}`}">Ask about this order</a></p>
${returnForm(order, visit)}`
      return { title: `Order ${order.reference}`, body }
    },
  },
  {
    method: 'post',
    path: '/orders/:id/return',
    login: true,
    token: true,
    async answer(visit) {
      const order_id = visit.id('id', 'order')
      const { line, quantity, reason, reference } = visit.form
      const body = { order_id, line, quantity, reason, reference }
      await visit.shop.send('support', 'POST', '/api/returns', { body, reference })
      return { to: '/support' }
    },
  },
]
