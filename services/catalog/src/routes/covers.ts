/**
 * Covers: staff upload and remove them, everybody sees them. The old shop's `cover_url` stays what it
 * was; this is beside it.
 *
 * Whatever the octets are, a browser treats them as that image or as nothing: it is told not to guess
 * (`nosniff`), and to run nothing (`Content-Security-Policy`).
 *
 * @module
 */
import { inTransaction } from '@bookshop/kit/database'
import { ApiError } from '@bookshop/kit/errors'
import { userIdOf } from '@bookshop/kit/http/contract'
import express, { type ErrorRequestHandler, type RequestHandler, Router } from 'express'
import { noSuchBook, readBookId } from '../books/shape.ts'
import { mostOctets, readImage, tooLarge, typeOf } from '../covers/image.ts'
import { findCover, forgetCover, holdBook, readCover, saveCover } from '../covers/store.ts'
import { tellProduct } from '../events.ts'
import type { Shop } from '../shop.ts'

/** Asked each time whether it is the same still, so that staff see at once what they uploaded. */
const current = 'public, no-cache'
/** For `?v=` with the digest in it: that content never changes. A year. */
const forever = 'public, max-age=31536000, immutable'

const guards = {
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; sandbox",
  'Cross-Origin-Resource-Policy': 'cross-origin',
} as const

const noCover = (): ApiError => new ApiError(404, 'not_found', 'This book has no cover here')

/** After the role was checked, so that a stranger sends two mebibytes to nobody. */
const readOctets: RequestHandler = express.raw({ type: () => true, limit: mostOctets })

const explain: ErrorRequestHandler = (error: unknown, _request, _response, next) => {
  next((error as { status?: unknown }).status === 413 ? tooLarge() : error)
}

export function coverRoutes(shop: Shop): Router {
  const { database, now } = shop
  const router = Router()

  router.get('/api/books/:id/cover', async (request, response) => {
    const id = readBookId(request.params.id)
    const head = await findCover(database, id)
    if (!head) throw noCover()
    const { sha256 } = head
    response.set(guards).set('ETag', `"${sha256}"`)
    response.set('Cache-Control', request.query.v === sha256 ? forever : current)
    response.type(head.content_type)
    if (request.fresh) {
      response.status(304).end()
      return
    }
    const octets = await readCover(database, id, sha256)
    if (!octets) throw noCover()
    response.send(octets)
  })

  router.put('/api/books/:id/cover', readOctets)
  router.put('/api/books/:id/cover', async (request, response) => {
    const bookId = readBookId(request.params.id)
    const image = readImage(typeOf(request.get('content-type')), request.body)
    const uploadedBy = userIdOf(request)
    const isNew = await inTransaction(database, async (transaction) => {
      if (!(await holdBook(transaction, bookId))) throw noSuchBook(bookId)
      const created = await saveCover(transaction, { ...image, bookId, uploadedBy }, now())
      await tellProduct(transaction, bookId, 'product.changed')
      return created
    })
    response.status(isNew ? 201 : 200).json({
      book_id: bookId,
      content_type: image.type,
      octets: image.octets.length,
      sha256: image.sha256,
      url: `/api/books/${bookId}/cover?v=${image.sha256}`,
    })
  })

  router.delete('/api/books/:id/cover', async (request, response) => {
    const bookId = readBookId(request.params.id)
    await inTransaction(database, async (transaction) => {
      const exists = await holdBook(transaction, bookId)
      if (!exists || (await forgetCover(transaction, bookId)) === 0) throw noCover()
      await tellProduct(transaction, bookId, 'product.changed')
    })
    response.status(204).end()
  })

  router.use(explain)
  return router
}
