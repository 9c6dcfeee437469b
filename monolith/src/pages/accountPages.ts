/** Logging in and out, and the customer's own page. */
import { Router } from 'express'
import { logIn, logOut, sessionCookie } from '../accounts/routes.ts'
import {
  changePreferences,
  changeProfile,
  checkLogin,
  preferences,
  profile,
  register,
} from '../accounts/users.ts'
import { mustBeLoggedIn, queryText, type Shop } from '../context.ts'
import { ShopError } from '../errors.ts'
import { bodyOf } from '../input.ts'
import { ordersOf } from '../orders/orders.ts'
import { ticketsOf } from '../support/tickets.ts'
import type { Render } from './render.ts'

/** Only a path of this shop; anything else would send the customer away. */
export function safeNext(value: unknown): string {
  return typeof value === 'string' && /^\/(?![/\\])[^\\\s]*$/.test(value) ? value : '/'
}

export function accountPages(shop: Shop, render: Render): Router {
  const { db, showTime } = shop
  const router = Router()

  router.get('/login', async (req, res) => {
    await render(res, 'login', { next: safeNext(queryText(req, 'next')) })
  })
  router.post('/login', async (req, res) => {
    const { next, ...fields } = bodyOf(req.body)
    try {
      await logIn(shop, res, await checkLogin(db, fields), req.get('user-agent'))
    } catch (error) {
      if (!(error instanceof ShopError)) throw error
      res.status(error.status)
      return render(res, 'login', { next: safeNext(next), problem: error.message })
    }
    res.redirect(303, safeNext(next))
  })
  router.post('/register', async (req, res) => {
    try {
      await logIn(shop, res, await register(db, bodyOf(req.body)), req.get('user-agent'))
    } catch (error) {
      if (!(error instanceof ShopError)) throw error
      res.status(error.status)
      return render(res, 'login', { next: '/', problem: error.message })
    }
    res.redirect(303, '/')
  })
  router.post('/logout', async (req, res) => {
    await logOut(shop, res, req.cookies?.[sessionCookie])
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
    const user = mustBeLoggedIn(res)
    const { newsletter, ...fields } = bodyOf(req.body)
    await changeProfile(db, user.id, fields)
    await changePreferences(db, user.id, { newsletter: newsletter === 'Y' })
    res.redirect(303, '/account')
  })
  return router
}
