/** Cart, checkout and orders. */
import { randomUUID } from 'node:crypto'
import { Router } from 'express'
import { profile } from '../accounts/users.ts'
import { cartOf } from '../cart/cart.ts'
import { type BookRow, bookColumns } from '../catalog/book.ts'
import { mustBeLoggedIn, type Shop } from '../context.ts'
import { marks } from '../database.ts'
import { ShopError } from '../errors.ts'
import { type Body, bodyOf, pathId } from '../input.ts'
import { paymentMethods, shippingCosts } from '../orders/orderInput.ts'
import { eventsOf, findOrder, ordersOf } from '../orders/orders.ts'
import type { Render } from './render.ts'
import type { ChooseWrites } from './writes/writes.ts'

function orderBody(form: Body): Body {
  const { reference, payment, ...shipping } = form
  return { reference, shipping, payment: { method: payment } }
}

/** Of an order that may have been placed: a repeat of its form must not place a second one. */
const undecided: ReadonlySet<string> = new Set(['outcome_unknown', 'checkout_running'])

export function orderPages({ db, showTime }: Shop, render: Render, ways: ChooseWrites): Router {
  const router = Router()

  router.get('/cart', async (_req, res) => {
    await render(res, 'cart', { cart: await cartOf(db, mustBeLoggedIn(res).id) })
  })
  router.post('/cart/items', async (req, res) => {
    mustBeLoggedIn(res)
    await (await ways()).addToCart({ req, res }, bodyOf(req.body))
    res.redirect(303, '/cart')
  })
  router.post('/cart/remove', async (req, res) => {
    mustBeLoggedIn(res)
    const book = pathId(bodyOf(req.body).book_id, 'book')
    await (await ways()).removeFromCart({ req, res }, book)
    res.redirect(303, '/cart')
  })

  const showCheckout = async (userId: number) => ({
    cart: await cartOf(db, userId),
    profile: await profile(db, userId),
    reference: randomUUID(),
    shippingCosts,
    paymentMethods,
  })
  router.get('/checkout', async (_req, res) => {
    await render(res, 'checkout', await showCheckout(mustBeLoggedIn(res).id))
  })
  router.post('/checkout', async (req, res) => {
    const user = mustBeLoggedIn(res)
    const body = orderBody(bodyOf(req.body))
    try {
      const id = await (await ways()).placeOrder({ req, res }, body)
      res.redirect(303, `/orders/${id}`)
    } catch (error) {
      if (!(error instanceof ShopError)) throw error
      res.status(error.status)
      const kept = undecided.has(error.code) ? { reference: body.reference } : {}
      const values = { ...(await showCheckout(user.id)), ...kept, problem: error.message }
      await render(res, 'checkout', values)
    }
  })

  router.get('/orders', async (_req, res) => {
    const orders = await ordersOf(db, showTime, mustBeLoggedIn(res).id)
    await render(res, 'orders', { orders })
  })
  router.get('/orders/:id', async (req, res) => {
    const user = mustBeLoggedIn(res)
    const whose = user.roles.includes('staff') ? null : user.id
    const order = await findOrder(db, showTime, pathId(req.params.id, 'order'), whose)
    const books = await db.query<BookRow>(
      `SELECT ${bookColumns} FROM books b WHERE b.id IN (${marks(order.items)})`,
      order.items.map((item) => item.book_id),
    )
    const current = new Map(books.map((book) => [book.id, book]))
    await render(res, 'order', { order, current, events: await eventsOf(db, showTime, order.id) })
  })
  return router
}
