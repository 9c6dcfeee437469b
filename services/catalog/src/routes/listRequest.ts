/**
 * Reads the query of a list. The form of most parameters was checked against the OpenAPI document; an
 * empty one counts as absent.
 *
 * @module
 */

import { invalid } from '@bookshop/kit/errors'
import type { Request } from 'express'
import type { ListRequest, Sort } from '../books/list.ts'

/** '' when it is absent. */
export const queryText = (request: Request, name: string): string => {
  const value = request.query[name]
  return typeof value === 'string' ? value : ''
}

function searchText(request: Request): string {
  const search = queryText(request, 'q').trim()
  if (search === '') return ''
  const length = [...search].length
  if (length < 2 || length > 100 || !search.isWellFormed())
    throw invalid('q', '2 to 100 characters')
  return search
}

export const listRequest = (
  request: Request,
  categoryIds: readonly number[] | null,
): ListRequest => ({
  categoryIds,
  search: searchText(request),
  featured: queryText(request, 'featured') === '1',
  // The document allows these values only.
  sort: (queryText(request, 'sort') || 'newest') as Sort,
  page: Number(queryText(request, 'page') || 1),
  perPage: Number(queryText(request, 'per_page') || 20),
})
