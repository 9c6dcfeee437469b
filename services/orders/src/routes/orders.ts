/**
 * /api/orders as the old shop had it, and purchases.
 *
 * @module
 */
import { callerOf, userIdOf } from '@bookshop/kit/http/contract'
import { readIdempotencyKey } from '@bookshop/kit/idempotency'
import { bodyOf } from '@bookshop/kit/input'
import { type Request, Router } from 'express'
import { checkout } from '../checkout/checkout.ts'
import { changeStatus, readStatusChange } from '../orders/changeStatus.ts'
import { publicHappenings } from '../orders/history.ts'
import { findOrder, findRow, ordersOf, readOrderId, type Whose } from '../orders/order.ts'
import { historyOf, purchasesOf } from '../orders/views.ts'
import type { Shop } from '../shop.ts'

/** Staff may see everybody's orders, a customer their own. */
export const whoseOrders = (request: Request): Whose =>
  callerOf(request).roles.includes('staff') ? null : userIdOf(request)

const queryNumber = (request: Request, name: string, fallback: number): number => {
  const value = request.query[name]
  return typeof value === 'string' && value !== '' ? Number(value) : fallback
}

export function orderRoutes(shop: Shop): Router {
  const { database, show } = shop
  const router = Router()
  router.post('/api/orders', async (request, response) => {
    const userId = userIdOf(request)
    const body = bodyOf(request.body)
    const text = readIdempotencyKey(request.get('idempotency-key'))
    const key =
      text === null
        ? null
        : { subject: `user:${userId}`, key: text, request: ['POST', '/api/orders', body] }
    const answer = await checkout(shop, userId, body, key)
    response.status(answer.status).json(answer.body)
  })
  router.get('/api/orders', async (request, response) => {
    response.json({ items: await ordersOf(database, show, userIdOf(request)) })
  })
  router.get('/api/purchases', async (request, response) => {
    const page = queryNumber(request, 'page', 1)
    const perPage = queryNumber(request, 'per_page', 20)
    response.json(await purchasesOf(database, show, userIdOf(request), page, perPage))
  })
  router.get('/api/orders/:id', async (request, response) => {
    const id = readOrderId(request.params.id)
    response.json(await findOrder(database, show, id, whoseOrders(request)))
  })
  router.get('/api/orders/:id/tracking', async (request, response) => {
    const id = readOrderId(request.params.id)
    const order = await findOrder(database, show, id, whoseOrders(request))
    response.json({
      order_id: order.id,
      status: order.status,
      tracking_number: order.shipping.tracking_number,
      shipped: order.shipping.shipped,
      delivered: order.shipping.delivered,
      events: await publicHappenings(database, show, id),
    })
  })
  router.put('/api/orders/:id/status', async (request, response) => {
    const id = readOrderId(request.params.id)
    await changeStatus(shop, id, readStatusChange(bodyOf(request.body), userIdOf(request)))
    response.json(await findOrder(database, show, id, null))
  })
  router.get('/api/orders/:id/history', async (request, response) => {
    const row = await findRow(database, readOrderId(request.params.id), whoseOrders(request))
    response.json(await historyOf(database, show, row))
  })
  return router
}
