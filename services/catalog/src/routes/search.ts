/**
 * Full-text search, which the old shop never had. `GET /api/books?q=` stays the prefix search that its
 * clients know.
 *
 * @module
 */
import { invalid } from '@bookshop/kit/errors'
import { type Request, Router } from 'express'
import { pageOf } from '../books/list.ts'
import { searchBooks, type TextSearch } from '../search/query.ts'
import { isComplete } from '../search/sweep.ts'
import type { Shop } from '../shop.ts'
import { categoryFilter } from './books.ts'
import { listRequest, queryText } from './listRequest.ts'

async function readSearch(shop: Shop, request: Request): Promise<TextSearch> {
  const ids = await categoryFilter(shop.listings(), queryText(request, 'category'))
  const { search, featured, page, perPage } = listRequest(request, ids)
  if (search === '') throw invalid('q', '2 to 100 characters')
  const available = queryText(request, 'available') === '1'
  return { text: search, categoryIds: ids, featured, available, page, perPage }
}

export function searchRoutes(shop: Shop): Router {
  const { database, show } = shop
  const router = Router()
  router.get('/api/catalog/search', async (request, response) => {
    const search = await readSearch(shop, request)
    const [found, complete] = await Promise.all([
      searchBooks(database, search),
      isComplete(database),
    ])
    response.json({ ...(await pageOf(database, found, search, show)), complete })
  })
  return router
}
