/** /api: tickets, returns, complaints, feedback. */
import { type Response, Router } from 'express'
import { mustBeLoggedIn, mustHaveRole, type Shop } from '../context.ts'
import { bodyOf, pathId } from '../input.ts'
import type { Inserted } from './repeat.ts'
import { addMessage, deleteTicket, findTicket, openTicket, ticketsOf } from './tickets.ts'
import { askReturn, complain, giveFeedback, returnsOf } from './voices.ts'

const statusOf = ({ created }: Inserted): number => (created ? 201 : 200)
const answer = (res: Response, inserted: Inserted) =>
  res.status(statusOf(inserted)).json({ id: inserted.id })

export function supportRoutes({ db, showTime }: Shop): Router {
  const router = Router()
  router.get('/tickets', async (_req, res) => {
    res.json({ items: await ticketsOf(db, showTime, mustBeLoggedIn(res)) })
  })
  router.post('/tickets', async (req, res) => {
    const user = mustBeLoggedIn(res)
    const ticket = await openTicket(db, user, bodyOf(req.body))
    res.status(statusOf(ticket)).json(await findTicket(db, showTime, ticket.id, user))
  })
  router.get('/tickets/:id', async (req, res) => {
    const user = mustBeLoggedIn(res)
    res.json(await findTicket(db, showTime, pathId(req.params.id, 'ticket'), user))
  })
  router.post('/tickets/:id/messages', async (req, res) => {
    const user = mustBeLoggedIn(res)
    const id = pathId(req.params.id, 'ticket')
    const message = await addMessage(db, showTime, id, user, bodyOf(req.body))
    res.status(statusOf(message)).json(await findTicket(db, showTime, id, user))
  })
  router.delete('/tickets/:id', async (req, res) => {
    mustHaveRole(res, 'staff')
    await deleteTicket(db, pathId(req.params.id, 'ticket'))
    res.status(204).end()
  })
  router.get('/returns', async (_req, res) => {
    res.json({ items: await returnsOf(db, showTime, mustBeLoggedIn(res).id) })
  })
  router.post('/returns', async (req, res) => {
    answer(res, await askReturn(db, mustBeLoggedIn(res), bodyOf(req.body)))
  })
  router.post('/complaints', async (req, res) => {
    answer(res, await complain(db, mustBeLoggedIn(res), bodyOf(req.body)))
  })
  router.post('/feedback', async (req, res) => {
    answer(res, await giveFeedback(db, mustBeLoggedIn(res), bodyOf(req.body)))
  })
  return router
}
