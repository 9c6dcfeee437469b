/**
 * Whether the catalogue has a book.
 *
 * @module
 */
import type { ServiceClient } from '@bookshop/kit/client'
import { objectOf } from './reply.ts'

export interface Books {
  /** @throws ServiceUnavailable */
  has(id: number): Promise<boolean>
}

export const booksAt = (client: ServiceClient): Books => ({
  async has(id) {
    const reply = await client.call({ method: 'GET', path: `/api/books/${id}` })
    return objectOf('catalog', reply) !== null
  },
})
