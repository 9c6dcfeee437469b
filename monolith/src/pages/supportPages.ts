/** Tickets, and what readers say about a book. */
import { Router } from 'express'
import { mustBeLoggedIn, queryText, type Shop } from '../context.ts'
import { bodyOf, pathId } from '../input.ts'
import { ordersOf } from '../orders/orders.ts'
import { findTicket, ticketsOf } from '../support/tickets.ts'
import { returnsOf } from '../support/voices.ts'
import type { Render } from './render.ts'
import type { ChooseWrites } from './writes/writes.ts'

export function supportPages({ db, showTime }: Shop, render: Render, ways: ChooseWrites): Router {
  const router = Router()

  router.get('/support', async (req, res) => {
    const user = mustBeLoggedIn(res)
    const [tickets, returns, orders] = await Promise.all([
      ticketsOf(db, showTime, user),
      returnsOf(db, showTime, user.id),
      ordersOf(db, showTime, user.id, 20),
    ])
    await render(res, 'support', { tickets, returns, orders, order: queryText(req, 'order') })
  })
  router.post('/support', async (req, res) => {
    mustBeLoggedIn(res)
    const { order_id, ...fields } = bodyOf(req.body)
    const about = order_id === '' ? {} : { order_id }
    const id = await (await ways()).openTicket({ req, res }, { ...fields, ...about })
    res.redirect(303, `/support/${id}`)
  })
  router.get('/support/:id', async (req, res) => {
    const user = mustBeLoggedIn(res)
    const ticket = await findTicket(db, showTime, pathId(req.params.id, 'ticket'), user)
    await render(res, 'ticket', { ticket })
  })
  router.post('/support/:id/messages', async (req, res) => {
    mustBeLoggedIn(res)
    const id = pathId(req.params.id, 'ticket')
    await (await ways()).addMessage({ req, res }, id, bodyOf(req.body))
    res.redirect(303, `/support/${id}`)
  })
  router.post('/books/:id/feedback', async (req, res) => {
    mustBeLoggedIn(res)
    const id = pathId(req.params.id, 'book')
    await (await ways()).giveFeedback({ req, res }, id, bodyOf(req.body))
    res.redirect(303, `/books/${id}`)
  })
  return router
}
