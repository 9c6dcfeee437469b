/**
 * /api/cart.
 *
 * @module
 */

import { ApiError } from '@bookshop/kit/errors'
import { userIdOf } from '@bookshop/kit/http/contract'
import { once, readIdempotencyKey } from '@bookshop/kit/idempotency'
import { bodyOf } from '@bookshop/kit/input'
import { Router } from 'express'
import { readCart } from '../cart/cart.ts'
import {
  type Addition,
  addToCart,
  emptyCart,
  readAddition,
  removeFromCart,
  setInCart,
} from '../cart/edit.ts'
import type { Shop } from '../shop.ts'

function readBookId(text: string): number {
  if (!/^[1-9]\d{0,9}$/.test(text) || Number(text) > 4_294_967_295) {
    throw new ApiError(404, 'not_found', 'There is no such book')
  }
  return Number(text)
}

/** Adding is the one change of a cart that a repeat would do twice. */
async function add(shop: Shop, userId: number, addition: Addition, key: string | null) {
  const exists = (await shop.catalog.book(addition.bookId)) !== null
  if (key === null) return addToCart(shop.database, userId, addition, exists, shop.now())
  const idempotency = {
    subject: `user:${userId}`,
    key,
    request: ['POST', '/api/cart/items', addition],
  }
  await once(shop.database, idempotency, async (transaction) => {
    await addToCart(transaction, userId, addition, exists, shop.now())
    return { status: 201, body: null }
  })
}

export function cartRoutes(shop: Shop): Router {
  const { database, now } = shop
  const router = Router()
  router.get('/api/cart', async (request, response) => {
    response.json(await readCart(shop, userIdOf(request)))
  })
  router.delete('/api/cart', async (request, response) => {
    const userId = userIdOf(request)
    await emptyCart(database, userId, now())
    response.json(await readCart(shop, userId))
  })
  router.post('/api/cart/items', async (request, response) => {
    const userId = userIdOf(request)
    const key = readIdempotencyKey(request.get('idempotency-key'))
    await add(shop, userId, readAddition(bodyOf(request.body)), key)
    response.status(201).json(await readCart(shop, userId))
  })
  router.put('/api/cart/items/:id', async (request, response) => {
    const userId = userIdOf(request)
    const bookId = readBookId(request.params.id)
    await setInCart(database, userId, bookId, bodyOf(request.body), now())
    response.json(await readCart(shop, userId))
  })
  router.delete('/api/cart/items/:id', async (request, response) => {
    const userId = userIdOf(request)
    await removeFromCart(database, userId, readBookId(request.params.id), now())
    response.json(await readCart(shop, userId))
  })
  return router
}
