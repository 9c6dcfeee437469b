/**
 * Books for customers: lists, search, one book, its stock and its prices.
 *
 * @module
 */
import { Router } from 'express'
import { pageOf } from '../books/list.ts'
import { priceHistory } from '../books/priceHistory.ts'
import { readBook, readBookId } from '../books/shape.ts'
import { readStock } from '../books/stockView.ts'
import type { Listings } from '../cache/listings.ts'
import { findBySlug, idsUnder } from '../categories/tree.ts'
import type { Shop } from '../shop.ts'
import { listRequest, queryText } from './listRequest.ts'

/** The ids that a slug stands for: none when it is unknown, null when no slug was given. */
export async function categoryFilter(
  listings: Listings,
  slug: string,
): Promise<readonly number[] | null> {
  if (slug === '') return null
  const rows = await listings.categories()
  const top = findBySlug(rows, slug)
  return top ? idsUnder(rows, top.id) : []
}

export function bookRoutes(shop: Shop): Router {
  const { database, show } = shop
  const router = Router()
  router.get('/api/books', async (request, response) => {
    const listings = shop.listings()
    const ids = await categoryFilter(listings, queryText(request, 'category'))
    const wanted = listRequest(request, ids)
    response.json(await pageOf(database, await listings.find(wanted), wanted, show))
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
