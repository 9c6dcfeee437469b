/**
 * /api/tickets, as the old shop has it.
 *
 * @module
 */
import { bodyOf } from '@bookshop/kit/input'
import { Router } from 'express'
import { personOf } from '../caller.ts'
import { pathId } from '../errors.ts'
import { missingIn } from '../neighbours/missing.ts'
import type { Support } from '../support.ts'
import { deleteTicket } from '../tickets/delete.ts'
import { addMessage } from '../tickets/message.ts'
import { openTicket } from '../tickets/open.ts'
import { listTickets, readTicket } from '../tickets/shape.ts'
import { statusOf, tellMissing } from './answers.ts'

export function ticketRoutes(support: Support): Router {
  const { database, show } = support
  const router = Router()
  router.get('/api/tickets', async (request, response) => {
    response.json({ items: await listTickets(database, show, personOf(request)) })
  })
  router.post('/api/tickets', async (request, response) => {
    const caller = personOf(request)
    const missing = missingIn(support)
    const ticket = await openTicket(support, caller, bodyOf(request.body), missing)
    tellMissing(response, missing)
    response.status(statusOf(ticket)).json(await readTicket(database, show, ticket.id, caller))
  })
  router.get('/api/tickets/:id', async (request, response) => {
    const id = pathId(request.params.id, 'ticket')
    response.json(await readTicket(database, show, id, personOf(request)))
  })
  router.post('/api/tickets/:id/messages', async (request, response) => {
    const caller = personOf(request)
    const id = pathId(request.params.id, 'ticket')
    const message = await addMessage(support, id, caller, bodyOf(request.body))
    response.status(statusOf(message)).json(await readTicket(database, show, id, caller))
  })
  router.delete('/api/tickets/:id', async (request, response) => {
    await deleteTicket(database, pathId(request.params.id, 'ticket'))
    response.status(204).end()
  })
  return router
}
