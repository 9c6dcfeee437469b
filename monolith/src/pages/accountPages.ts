/** Logging in and out, and the customer's own page. */
import { Router } from 'express'
import { preferences, profile } from '../accounts/users.ts'
import { mustBeLoggedIn, queryText, type Shop } from '../context.ts'
import { ShopError } from '../errors.ts'
import { bodyOf } from '../input.ts'
import { ordersOf } from '../orders/orders.ts'
import { ticketsOf } from '../support/tickets.ts'
import type { Render } from './render.ts'
import type { ChooseWrites } from './writes/writes.ts'

/** Only a path of this shop; anything else would send the customer away. */
export function safeNext(value: unknown): string {
  return typeof value === 'string' && /^\/(?![/\\])[^\\\s]*$/.test(value) ? value : '/'
}

export function accountPages({ db, showTime }: Shop, render: Render, ways: ChooseWrites): Router {
  const router = Router()

  router.get('/login', async (req, res) => {
    await render(res, 'login', { next: safeNext(queryText(req, 'next')) })
  })
  router.post('/login', async (req, res) => {
    const { next, ...fields } = bodyOf(req.body)
    try {
      await (await ways()).logIn({ req, res }, fields)
    } catch (error) {
      if (!(error instanceof ShopError)) throw error
      res.status(error.status)
      return render(res, 'login', { next: safeNext(next), problem: error.message })
    }
    res.redirect(303, safeNext(next))
  })
  router.post('/register', async (req, res) => {
    try {
      await (await ways()).register({ req, res }, bodyOf(req.body))
    } catch (error) {
      if (!(error instanceof ShopError)) throw error
      res.status(error.status)
      return render(res, 'login', { next: '/', problem: error.message })
    }
    res.redirect(303, '/')
  })
  router.post('/logout', async (req, res) => {
    await (await ways()).logOut({ req, res })
    res.redirect(303, '/')
  })
  router.get('/account', async (_req, res) => {
    const user = mustBeLoggedIn(res)
    const [own, { newsletter }, orders, tickets] = await Promise.all([
      profile(db, user.id),
      preferences(db, user.id),
      ordersOf(db, showTime, user.id, 5),
      ticketsOf(db, showTime, user, 5),
    ])
    await render(res, 'account', { profile: own, newsletter, orders, tickets })
  })
  router.post('/account', async (req, res) => {
    mustBeLoggedIn(res)
    const { newsletter, ...fields } = bodyOf(req.body)
    await (await ways()).changeAccount({ req, res }, fields, newsletter === 'Y')
    res.redirect(303, '/account')
  })
  return router
}
