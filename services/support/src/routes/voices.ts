/**
 * /api/returns, complaints and feedback, as the old shop has them, and what readers say about a book.
 *
 * @module
 */
import { bodyOf } from '@bookshop/kit/input'
import { Router } from 'express'
import { personOf } from '../caller.ts'
import { pathId } from '../errors.ts'
import { missingIn } from '../neighbours/missing.ts'
import type { Support } from '../support.ts'
import { complain } from '../voices/complaints.ts'
import { feedbackOnBook, giveFeedback } from '../voices/feedback.ts'
import { askReturn, listReturns } from '../voices/returns.ts'
import { sendMade, tellMissing } from './answers.ts'

export function voiceRoutes(support: Support): Router {
  const { database, show } = support
  const router = Router()
  router.get('/api/returns', async (request, response) => {
    response.json({ items: await listReturns(database, show, personOf(request).id) })
  })
  router.post('/api/returns', async (request, response) => {
    sendMade(response, await askReturn(support, personOf(request), bodyOf(request.body)))
  })
  router.post('/api/complaints', async (request, response) => {
    const missing = missingIn(support)
    const made = await complain(support, personOf(request), bodyOf(request.body), missing)
    tellMissing(response, missing)
    sendMade(response, made)
  })
  router.post('/api/feedback', async (request, response) => {
    const missing = missingIn(support)
    const made = await giveFeedback(support, personOf(request), bodyOf(request.body), missing)
    tellMissing(response, missing)
    sendMade(response, made)
  })
  router.get('/api/support/books/:id/feedback', async (request, response) => {
    const missing = missingIn(support)
    const id = pathId(request.params.id, 'book')
    const items = await feedbackOnBook(support, id, missing)
    response.json({ items, missing: missing.names })
  })
  return router
}
