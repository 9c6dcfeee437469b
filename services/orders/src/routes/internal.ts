/**
 * For other services: never routed from outside by the edge, and asked with a scope all the same.
 *
 * @module
 */
import { ApiError } from '@bookshop/kit/errors'
import { Router } from 'express'
import { ordersOf } from '../orders/order.ts'
import type { Shop } from '../shop.ts'

function readUserId(text: string): number {
  if (!/^[1-9]\d{0,9}$/.test(text) || Number(text) > 2_147_483_647) {
    throw new ApiError(404, 'not_found', 'There is no such account')
  }
  return Number(text)
}

export function internalRoutes({ database, show }: Shop): Router {
  const router = Router()
  router.get('/internal/users/:id/orders', async (request, response) => {
    response.json({ items: await ordersOf(database, show, readUserId(request.params.id)) })
  })
  return router
}
