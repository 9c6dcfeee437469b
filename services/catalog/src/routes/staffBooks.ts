/**
 * Books for staff: add, change, price, stock, delete. The contract has checked the role.
 *
 * @module
 */

import { isDuplicate, type Transaction } from '@bookshop/kit/database'
import { userIdOf } from '@bookshop/kit/http/contract'
import type { StoredAnswer } from '@bookshop/kit/idempotency'
import { type Body, bodyOf, optionalReference } from '@bookshop/kit/input'
import { Router } from 'express'
import { adjustStock, deleteBook, patchBook, setPrice } from '../books/change.ts'
import { byReference, createBook, explainBook } from '../books/create.ts'
import { readBook, readBookId } from '../books/shape.ts'
import { readStock } from '../books/stockView.ts'
import { answerOnce } from '../http/once.ts'
import type { Shop } from '../shop.ts'

export function staffBookRoutes(shop: Shop): Router {
  const { database, show, now } = shop
  const router = Router()

  const create =
    (body: Body) =>
    async (transaction: Transaction): Promise<StoredAnswer> => {
      const { id, created } = await createBook(transaction, body, now())
      return { status: created ? 201 : 200, body: await readBook(transaction, id, show) }
    }

  router.post('/api/books', async (request, response) => {
    const body = bodyOf(request.body)
    try {
      await answerOnce(database, request, response, create(body))
    } catch (error) {
      // The same request may have won the race a moment ago.
      const winner = isDuplicate(error)
        ? await byReference(database, optionalReference(body))
        : null
      if (winner === null) throw explainBook(error)
      response.json(await readBook(database, winner, show))
    }
  })
  router.patch('/api/books/:id', (request, response) =>
    answerOnce(database, request, response, async (transaction) => {
      const id = readBookId(request.params.id)
      await patchBook(transaction, id, bodyOf(request.body), now())
      return { status: 200, body: await readBook(transaction, id, show) }
    }),
  )
  router.put('/api/books/:id/price', (request, response) =>
    answerOnce(database, request, response, async (transaction) => {
      const id = readBookId(request.params.id)
      await setPrice(transaction, id, bodyOf(request.body), userIdOf(request), now())
      return { status: 200, body: await readBook(transaction, id, show) }
    }),
  )
  router.post('/api/books/:id/stock', (request, response) =>
    answerOnce(database, request, response, async (transaction) => {
      const id = readBookId(request.params.id)
      await adjustStock(transaction, id, bodyOf(request.body), now())
      return { status: 200, body: await readStock(transaction, id) }
    }),
  )
  router.delete('/api/books/:id', (request, response) =>
    answerOnce(database, request, response, async (transaction) => {
      await deleteBook(transaction, readBookId(request.params.id))
      return { status: 204, body: null }
    }),
  )
  return router
}
