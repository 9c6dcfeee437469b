/**
 * What the old shop had: registering, logging in and out, the session, profile and preferences.
 *
 * @module
 */
import { callerOrNull, userIdOf } from '@bookshop/kit/http/contract'
import { bodyOf, text } from '@bookshop/kit/input'
import { type Request, type Response, Router } from 'express'
import { checkLogin } from '../accounts/login.ts'
import { changePreferences, preferences } from '../accounts/preferences.ts'
import { changeProfile, profile } from '../accounts/profile.ts'
import { register } from '../accounts/register.ts'
import {
  clearSessionCookie,
  closeSession,
  cookieOf,
  openSession,
  setSessionCookie,
} from '../accounts/sessions.ts'
import { activeUser, normalEmail } from '../accounts/user.ts'
import { sendVerification } from '../accounts/verifyEmail.ts'
import { addressOf } from '../login/address.ts'
import { proofHeader } from '../login/proof.ts'
import type { Users } from '../shop.ts'

export function accountRoutes(users: Users): Router {
  const { database, log, now, sessionDays: days } = users

  const logIn = async (request: Request, response: Response, userId: number) => {
    const userAgent = request.get('user-agent')
    const cookie = await openSession(database, { userId, days, userAgent, now: now() })
    setSessionCookie(response, cookie, users)
    return activeUser(database, userId)
  }

  /** The account exists by now: without its mail it is an account all the same, and may ask again. */
  const verifyLater = async (userId: number): Promise<void> => {
    try {
      await sendVerification(users, userId)
    } catch (error) {
      log.error({ err: error, userId }, 'verification.unsent')
    }
  }

  const router = Router()
  router.post('/api/register', async (request, response) => {
    const userId = await register(users, bodyOf(request.body))
    const user = await logIn(request, response, userId)
    await verifyLater(userId)
    response.status(201).json({ user })
  })
  router.post('/api/login', async (request, response) => {
    const body = bodyOf(request.body)
    const email = normalEmail(text(body, 'email', 190))
    const userId = await checkLogin(users, {
      email,
      password: text(body, 'password', 200),
      address: addressOf(request, users.trustedProxies),
      bounded: users.isOwnLogin(email, request.get(proofHeader)),
    })
    response.json({ user: await logIn(request, response, userId) })
  })
  router.post('/api/logout', async (request, response) => {
    const cookie = cookieOf(request.headers)
    if (cookie !== null) await closeSession(database, cookie)
    await users.endTokensOf({ cookie, sid: callerOrNull(request)?.sid ?? null })
    clearSessionCookie(response)
    response.status(204).end()
  })
  router.get('/api/session', async (request, response) => {
    const userId = callerOrNull(request)?.userId ?? null
    const user = userId === null ? null : await activeUser(database, userId)
    response.set('Cache-Control', 'no-store').json({ user })
  })
  router.get('/api/profile', async (request, response) => {
    response.json(await profile(database, userIdOf(request)))
  })
  router.put('/api/profile', async (request, response) => {
    response.json(await changeProfile(users, userIdOf(request), bodyOf(request.body)))
  })
  router.get('/api/preferences', async (request, response) => {
    response.json(await preferences(database, userIdOf(request)))
  })
  router.put('/api/preferences', async (request, response) => {
    response.json(await changePreferences(users, userIdOf(request), bodyOf(request.body)))
  })
  return router
}
