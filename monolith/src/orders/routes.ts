/** /api/orders. */
import { Router } from 'express'
import { mustBeLoggedIn, mustHaveRole, type Shop } from '../context.ts'
import { bodyOf, pathId } from '../input.ts'
import { checkout } from './checkout.ts'
import { changeStatus, eventsOf, findOrder, ordersOf } from './orders.ts'

export function orderRoutes(shop: Shop): Router {
  const { db, showTime } = shop
  const router = Router()
  router.post('/orders', async (req, res) => {
    const { created, order } = await checkout(shop, mustBeLoggedIn(res).id, bodyOf(req.body))
    res.status(created ? 201 : 200).json(order)
  })
  router.get('/orders', async (_req, res) => {
    res.json({ items: await ordersOf(db, showTime, mustBeLoggedIn(res).id) })
  })
  router.get('/orders/:id', async (req, res) => {
    const user = mustBeLoggedIn(res)
    const whose = user.roles.includes('staff') ? null : user.id
    res.json(await findOrder(db, showTime, pathId(req.params.id, 'order'), whose))
  })
  router.get('/orders/:id/tracking', async (req, res) => {
    const user = mustBeLoggedIn(res)
    const whose = user.roles.includes('staff') ? null : user.id
    const order = await findOrder(db, showTime, pathId(req.params.id, 'order'), whose)
    res.json({
      order_id: order.id,
      status: order.status,
      tracking_number: order.shipping.tracking_number,
      shipped: order.shipping.shipped,
      delivered: order.shipping.delivered,
      events: await eventsOf(db, showTime, order.id),
    })
  })
  router.put('/orders/:id/status', async (req, res) => {
    const staff = mustHaveRole(res, 'staff')
    const id = pathId(req.params.id, 'order')
    await changeStatus(db, id, bodyOf(req.body), staff.id)
    res.json(await findOrder(db, showTime, id, null))
  })
  return router
}
