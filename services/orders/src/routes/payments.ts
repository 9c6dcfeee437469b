/**
 * Payments and parcels of an order.
 *
 * @module
 */
import { ApiError } from '@bookshop/kit/errors'
import { userIdOf } from '@bookshop/kit/http/contract'
import { Router } from 'express'
import { paymentMethods, shippingCosts } from '../checkout/request.ts'
import { findRow, readOrderId } from '../orders/order.ts'
import { paymentOf } from '../orders/views.ts'
import { refundOrder } from '../payments/refund.ts'
import { askForParcel } from '../shipping/book.ts'
import { readShipment, toShipment } from '../shipping/shipment.ts'
import type { Shop } from '../shop.ts'
import { whoseOrders } from './orders.ts'

const methods = {
  payment: paymentMethods,
  shipping: Object.entries(shippingCosts).map(([method, cost]) => ({ method, cost })),
}

export function paymentRoutes(shop: Shop): Router {
  const { database, show } = shop
  const router = Router()
  router.get('/api/payment-methods', (_request, response) => {
    response.json(methods)
  })
  router.get('/api/orders/:id/payment', async (request, response) => {
    const row = await findRow(database, readOrderId(request.params.id), whoseOrders(request))
    response.json(await paymentOf(database, show, row))
  })
  router.post('/api/orders/:id/refund', async (request, response) => {
    const id = readOrderId(request.params.id)
    await refundOrder(shop, id, userIdOf(request))
    response.status(202).json(await paymentOf(database, show, await findRow(database, id, null)))
  })
  router.get('/api/orders/:id/shipment', async (request, response) => {
    const { id } = await findRow(database, readOrderId(request.params.id), whoseOrders(request))
    const row = await readShipment(database, id)
    if (!row) throw new ApiError(404, 'not_found', 'The carrier was not asked yet')
    response.json(toShipment(row, show))
  })
  router.post('/api/orders/:id/shipment', async (request, response) => {
    const id = readOrderId(request.params.id)
    response.status(202).json(toShipment(await askForParcel(shop, id, userIdOf(request)), show))
  })
  return router
}
