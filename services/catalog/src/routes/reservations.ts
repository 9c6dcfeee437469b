/**
 * Reservations, for the shop's checkout.
 *
 * @module
 */

import { bodyOf } from '@bookshop/kit/input'
import { type Response, Router } from 'express'
import { reserve } from '../reservations/reserve.ts'
import { cancel, confirm } from '../reservations/settle.ts'
import { readLines, toReservation } from '../reservations/shape.ts'
import type { Shop } from '../shop.ts'

export function reservationRoutes(shop: Shop): Router {
  const { database, show, now } = shop
  const answer = async (response: Response, orderRef: string): Promise<void> => {
    response.json(toReservation(await readLines(database, orderRef), show))
  }
  const router = Router()
  router.post('/api/catalog/reservations', async (request, response) => {
    const reserved = await reserve(database, bodyOf(request.body), now())
    response.status(reserved.created ? 201 : 200).json(toReservation(reserved.lines, show))
  })
  router.get('/api/catalog/reservations/:ref', async (request, response) => {
    await answer(response, request.params.ref)
  })
  router.post('/api/catalog/reservations/:ref/confirm', async (request, response) => {
    await confirm(database, request.params.ref, now())
    await answer(response, request.params.ref)
  })
  router.post('/api/catalog/reservations/:ref/cancel', async (request, response) => {
    await cancel(database, request.params.ref, now())
    await answer(response, request.params.ref)
  })
  return router
}
