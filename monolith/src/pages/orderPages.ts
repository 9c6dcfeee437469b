/** Cart, checkout and orders. */
import { randomUUID } from 'node:crypto'
import { Router } from 'express'
import { profile } from '../accounts/users.ts'
import { addToCart, cartOf, removeFromCart } from '../cart/cart.ts'
import { type BookRow, bookColumns } from '../catalog/book.ts'
import { mustBeLoggedIn, type Shop } from '../context.ts'
import { marks } from '../database.ts'
import { ShopError } from '../errors.ts'
import { type Body, bodyOf, pathId } from '../input.ts'
import { checkout } from '../orders/checkout.ts'
import { paymentMethods, shippingCosts } from '../orders/orderInput.ts'
import { eventsOf, findOrder, ordersOf } from '../orders/orders.ts'
import type { Render } from './render.ts'

function orderBody(form: Body): Body {
  const { reference, payment, ...shipping } = form
  return { reference, shipping, payment: { method: payment } }
}

export function orderPages(shop: Shop, render: Render): Router {
  const { db, showTime } = shop
  const router = Router()

  router.get('/cart', async (_req, res) => {
    await render(res, 'cart', { cart: await cartOf(db, mustBeLoggedIn(res).id) })
  })
  router.post('/cart/items', async (req, res) => {
    await addToCart(db, mustBeLoggedIn(res).id, bodyOf(req.body))
    res.redirect(303, '/cart')
  })
  router.post('/cart/remove', async (req, res) => {
    const user = mustBeLoggedIn(res)
    await removeFromCart(db, user.id, pathId(bodyOf(req.body).book_id, 'book'))
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
    try {
      const { order } = await checkout(shop, user.id, orderBody(bodyOf(req.body)))
      res.redirect(303, `/orders/${order.id}`)
    } catch (error) {
      if (!(error instanceof ShopError)) throw error
      res.status(error.status)
      await render(res, 'checkout', { ...(await showCheckout(user.id)), problem: error.message })
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
