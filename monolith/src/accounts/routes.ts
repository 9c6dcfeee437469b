/** /api: accounts, sessions, profile, preferences. */
import { type Response, Router } from 'express'
import { mustBeLoggedIn, type Shop, userOf } from '../context.ts'
import { bodyOf } from '../input.ts'
import { closeSession, openSession, userOfSession } from './sessions.ts'
import {
  changePreferences,
  changeProfile,
  checkLogin,
  preferences,
  profile,
  register,
} from './users.ts'

export const sessionCookie = 'sid'

/** Opens a session for the account and sets its cookie. */
export async function logIn(shop: Shop, res: Response, userId: number, agent: string | undefined) {
  const days = shop.config.sessionDays
  const cookie = await openSession(shop.db, userId, days, agent ?? null)
  res.cookie(sessionCookie, cookie, {
    httpOnly: true,
    sameSite: 'lax',
    path: '/',
    maxAge: days * 86_400_000,
  })
  return userOfSession(shop.db, cookie)
}

export async function logOut(shop: Shop, res: Response, cookie: unknown): Promise<void> {
  if (typeof cookie === 'string') await closeSession(shop.db, cookie)
  res.clearCookie(sessionCookie, { path: '/' })
}

export function accountRoutes(shop: Shop): Router {
  const router = Router()
  router.post('/register', async (req, res) => {
    const id = await register(shop.db, bodyOf(req.body))
    const user = await logIn(shop, res, id, req.get('user-agent'))
    res.status(201).json({ user })
  })
  router.post('/login', async (req, res) => {
    const id = await checkLogin(shop.db, bodyOf(req.body))
    res.json({ user: await logIn(shop, res, id, req.get('user-agent')) })
  })
  router.post('/logout', async (req, res) => {
    await logOut(shop, res, req.cookies?.[sessionCookie])
    res.status(204).end()
  })
  router.get('/session', (_req, res) => {
    res.set('Cache-Control', 'no-store').json({ user: userOf(res) })
  })
  router.get('/profile', async (_req, res) => {
    res.json(await profile(shop.db, mustBeLoggedIn(res).id))
  })
  router.put('/profile', async (req, res) => {
    res.json(await changeProfile(shop.db, mustBeLoggedIn(res).id, bodyOf(req.body)))
  })
  router.get('/preferences', async (_req, res) => {
    res.json(await preferences(shop.db, mustBeLoggedIn(res).id))
  })
  router.put('/preferences', async (req, res) => {
    res.json(await changePreferences(shop.db, mustBeLoggedIn(res).id, bodyOf(req.body)))
  })
  return router
}
