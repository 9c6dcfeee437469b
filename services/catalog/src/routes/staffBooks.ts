/**
 * Books for staff: add, change, price, stock, delete. The contract has checked the role.
 *
 * @module
 */

import { userIdOf } from '@bookshop/kit/http/contract'
import { bodyOf } from '@bookshop/kit/input'
import { Router } from 'express'
import { adjustStock, deleteBook, patchBook, setPrice } from '../books/change.ts'
import { createBook } from '../books/create.ts'
import { readBook, readBookId } from '../books/shape.ts'
import { readStock } from '../books/stockView.ts'
import type { Shop } from '../shop.ts'

export function staffBookRoutes(shop: Shop): Router {
  const { database, show, now } = shop
  const router = Router()
  router.post('/api/books', async (request, response) => {
    const { id, created } = await createBook(database, bodyOf(request.body), now())
    response.status(created ? 201 : 200).json(await readBook(database, id, show))
  })
  router.patch('/api/books/:id', async (request, response) => {
    const id = readBookId(request.params.id)
    await patchBook(database, id, bodyOf(request.body), now())
    response.json(await readBook(database, id, show))
  })
  router.put('/api/books/:id/price', async (request, response) => {
    const id = readBookId(request.params.id)
    await setPrice(database, id, bodyOf(request.body), userIdOf(request), now())
    response.json(await readBook(database, id, show))
  })
  router.post('/api/books/:id/stock', async (request, response) => {
    const id = readBookId(request.params.id)
    await adjustStock(database, id, bodyOf(request.body), now())
    response.json(await readStock(database, id))
  })
  router.delete('/api/books/:id', async (request, response) => {
    await deleteBook(database, readBookId(request.params.id))
    response.status(204).end()
  })
  return router
}
