/**
 * The bot.
 *
 * @module
 */
import { bodyOf } from '@bookshop/kit/input'
import { Router } from 'express'
import { ask, handOverQuestion, showQuestion } from '../bot/ask.ts'
import { personOf } from '../caller.ts'
import { pathId } from '../errors.ts'
import { missingIn } from '../neighbours/missing.ts'
import type { Support } from '../support.ts'
import { statusOf } from './answers.ts'

export function botRoutes(support: Support): Router {
  const items = support.bot.topics.map(({ topic, example }) => ({ topic, example }))
  const router = Router()
  router.get('/api/support/topics', (_request, response) => {
    response.json({ items })
  })
  router.post('/api/support/questions', async (request, response) => {
    const missing = missingIn(support)
    const asked = await ask(support, personOf(request), bodyOf(request.body), missing)
    response.status(statusOf(asked)).json(showQuestion(asked.row))
  })
  router.post('/api/support/questions/:id/handover', async (request, response) => {
    const id = pathId(request.params.id, 'question')
    const asked = await handOverQuestion(support, personOf(request), id)
    response.status(statusOf(asked)).json(showQuestion(asked.row))
  })
  return router
}
