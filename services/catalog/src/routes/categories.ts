/**
 * Categories, for customers and staff.
 *
 * @module
 */

import { bodyOf } from '@bookshop/kit/input'
import { Router } from 'express'
import { listBooks } from '../books/list.ts'
import { createCategory, deleteCategory, patchCategory } from '../categories/edit.ts'
import {
  findBySlug,
  idsUnder,
  noSuchCategory,
  readCategories,
  readCategory,
  readCategoryId,
  toTree,
} from '../categories/tree.ts'
import type { Shop } from '../shop.ts'
import { listRequest, queryText } from './listRequest.ts'

export function categoryRoutes(shop: Shop): Router {
  const { database, show } = shop
  const router = Router()
  router.get('/api/categories', async (request, response) => {
    const all = queryText(request, 'all') === '1'
    response.json({ items: toTree(await readCategories(database), all) })
  })
  router.get('/api/categories/:slug/books', async (request, response) => {
    const rows = await readCategories(database)
    const top = findBySlug(rows, request.params.slug)
    const list = listRequest(request, top ? idsUnder(rows, top.id) : [])
    if (!top) throw noSuchCategory()
    response.json(await listBooks(database, list, show))
  })
  router.post('/api/categories', async (request, response) => {
    const id = await createCategory(database, bodyOf(request.body))
    response.status(201).json(await readCategory(database, id))
  })
  router.patch('/api/categories/:id', async (request, response) => {
    const id = readCategoryId(request.params.id)
    await patchCategory(database, id, bodyOf(request.body))
    response.json(await readCategory(database, id))
  })
  router.delete('/api/categories/:id', async (request, response) => {
    await deleteCategory(database, readCategoryId(request.params.id))
    response.status(204).end()
  })
  return router
}
