/**
 * The cart, and what goes in and out of it.
 *
 * @module
 */
import type { Page } from '../page.ts'
import type { Cart, CartLine } from '../shop/shapes.ts'
import { notFound } from '../shop/shop.ts'
import { type Html, html } from '../view/html.ts'
import { bookData, tokenField } from '../view/parts.ts'
import type { Visit } from '../visit.ts'

/** Clients read these four. */
export const lineData = (line: CartLine): Html =>
  html`${bookData({ id: line.book_id, price: line.price, stock: line.stock })} data-quantity="${line.quantity}"`

const row = (line: CartLine, visit: Visit): Html => html`<li ${lineData(line)}>
    <a href="${`/books/${line.book_id}`}"><bdi>${line.title}</bdi></a>
    <span>${line.quantity} × <span class="price">$${line.price}</span></span>
    <strong>$${line.line_total}</strong>
    ${line.stock < line.quantity && html`<span class="stock none">only ${line.stock} left</span>`}
    <form action="/cart/quantity" method="post" class="row">
      ${tokenField(visit)}
      <input type="hidden" name="book_id" value="${line.book_id}">
      <label><span class="quiet">Copies of ${line.title}</span> <input type="number" name="quantity" value="${line.quantity}" min="0" max="99" required></label>
      <button class="plain">Change</button>
    </form>
    <form action="/cart/remove" method="post"><input type="hidden" name="book_id" value="${line.book_id}"><button class="link">Remove<span class="quiet"> ${line.title}</span></button></form>
  </li>`

const full = (
  cart: Cart,
  visit: Visit,
): Html => html`<ul class="lines">${cart.items.map((line) => row(line, visit))}</ul>
<p class="sum">Together <strong data-total="${cart.total}">$${cart.total}</strong></p>
<p><a class="button" href="/checkout">To the checkout</a></p>`

/** The book a form names; anything but a number is no book. */
function bookOf({ form }: Visit): string {
  const id = String(form.book_id)
  if (!/^[1-9]\d{0,9}$/.test(id)) throw notFound('book')
  return id
}

export const cartPages: readonly Page[] = [
  {
    method: 'get',
    path: '/cart',
    login: true,
    async answer(visit) {
      const cart = await visit.shop.get<Cart>('orders', '/api/cart')
      const nothing = html`<p>There is nothing in it yet. <a href="/">Look around</a>.</p>`
      const body = html`<h1>Your cart</h1>
${cart.items.length === 0 ? nothing : full(cart, visit)}`
      return { title: 'Your cart', body }
    },
  },
  {
    method: 'post',
    path: '/cart/items',
    login: true,
    async answer({ shop, form }) {
      const { reference } = form
      await shop.send('orders', 'POST', '/api/cart/items', { body: form, reference })
      return { to: '/cart' }
    },
  },
  {
    method: 'post',
    path: '/cart/quantity',
    login: true,
    token: true,
    async answer(visit) {
      const path = `/api/cart/items/${bookOf(visit)}`
      await visit.shop.send('orders', 'PUT', path, { body: { quantity: visit.form.quantity } })
      return { to: '/cart' }
    },
  },
  {
    method: 'post',
    path: '/cart/remove',
    login: true,
    async answer(visit) {
      await visit.shop.send('orders', 'DELETE', `/api/cart/items/${bookOf(visit)}`)
      return { to: '/cart' }
    },
  },
]
