/**
 * Books for customers: lists, search, one book, its stock and its prices.
 *
 * @module
 */
import { Router } from 'express'
import { listBooks } from '../books/list.ts'
import { priceHistory } from '../books/priceHistory.ts'
import { readBook, readBookId } from '../books/shape.ts'
import { readStock } from '../books/stockView.ts'
import { findBySlug, idsUnder, readCategories } from '../categories/tree.ts'
import type { Shop } from '../shop.ts'
import { listRequest, queryText } from './listRequest.ts'

/** The ids that a slug stands for: none when it is unknown, null when no slug was given. */
async function categoryFilter(shop: Shop, slug: string): Promise<readonly number[] | null> {
  if (slug === '') return null
  const rows = await readCategories(shop.database)
  const top = findBySlug(rows, slug)
  return top ? idsUnder(rows, top.id) : []
}

export function bookRoutes(shop: Shop): Router {
  const { database, show } = shop
  const router = Router()
  router.get('/api/books', async (request, response) => {
    const ids = await categoryFilter(shop, queryText(request, 'category'))
    response.json(await listBooks(database, listRequest(request, ids), show))
  })
  router.get('/api/books/:id', async (request, response) => {
    response.json(await readBook(database, readBookId(request.params.id), show))
  })
  router.get('/api/books/:id/stock', async (request, response) => {
    response.json(await readStock(database, readBookId(request.params.id)))
  })
  router.get('/api/books/:id/prices', async (request, response) => {
    response.json(await priceHistory(database, readBookId(request.params.id), show))
  })
  return router
}
