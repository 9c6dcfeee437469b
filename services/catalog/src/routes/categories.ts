/**
 * Categories, for customers and staff.
 *
 * @module
 */

import { bodyOf } from '@bookshop/kit/input'
import { Router } from 'express'
import { pageOf } from '../books/list.ts'
import { createCategory, deleteCategory, patchCategory } from '../categories/edit.ts'
import { findBySlug, idsUnder, noSuchCategory, readCategoryId, toTree } from '../categories/tree.ts'
import { answerOnce } from '../http/once.ts'
import type { Shop } from '../shop.ts'
import { listRequest, queryText } from './listRequest.ts'

export function categoryRoutes(shop: Shop): Router {
  const { database, show } = shop
  const router = Router()
  router.get('/api/categories', async (request, response) => {
    const all = queryText(request, 'all') === '1'
    response.json({ items: toTree(await shop.listings().categories(), all) })
  })
  router.get('/api/categories/:slug/books', async (request, response) => {
    const listings = shop.listings()
    const rows = await listings.categories()
    const top = findBySlug(rows, request.params.slug)
    const wanted = listRequest(request, top ? idsUnder(rows, top.id) : [])
    if (!top) throw noSuchCategory()
    response.json(await pageOf(database, await listings.find(wanted), wanted, show))
  })
  router.post('/api/categories', (request, response) =>
    answerOnce(database, request, response, async (transaction) => ({
      status: 201,
      body: await createCategory(transaction, bodyOf(request.body)),
    })),
  )
  router.patch('/api/categories/:id', (request, response) =>
    answerOnce(database, request, response, async (transaction) => {
      const id = readCategoryId(request.params.id)
      return { status: 200, body: await patchCategory(transaction, id, bodyOf(request.body)) }
    }),
  )
  router.delete('/api/categories/:id', (request, response) =>
    answerOnce(database, request, response, async (transaction) => {
      await deleteCategory(transaction, readCategoryId(request.params.id))
      return { status: 204, body: null }
    }),
  )
  return router
}
