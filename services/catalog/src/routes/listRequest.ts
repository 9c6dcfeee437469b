/**
 * Reads the query of a list. The form of most parameters was checked against the OpenAPI document; an
 * empty one counts as absent.
 *
 * @module
 */
import type { Request } from 'express'
import type { ListRequest, Sort } from '../books/list.ts'
import { invalid } from '../errors.ts'

/** A repeated parameter counts as its last. */
export const queryText = (request: Request, name: string): string => {
  const value = request.query[name]
  const last = Array.isArray(value) ? value.at(-1) : value
  return typeof last === 'string' ? last : ''
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
  // The document allows these values only.
  sort: (queryText(request, 'sort') || 'newest') as Sort,
  page: Number(queryText(request, 'page') || 1),
  perPage: Number(queryText(request, 'per_page') || 20),
})
