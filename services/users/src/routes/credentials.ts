/**
 * Passwords and e-mail addresses: change, reset, verify. The old shop had none of it.
 *
 * @module
 */
import { userIdOf } from '@bookshop/kit/http/contract'
import { bodyOf, text } from '@bookshop/kit/input'
import { Router } from 'express'
import { askForReset, changePassword, resetPassword } from '../accounts/changePassword.ts'
import { readPassword } from '../accounts/register.ts'
import { cookieOf } from '../accounts/sessions.ts'
import { normalEmail } from '../accounts/user.ts'
import { emailState, sendVerification, verifyEmail } from '../accounts/verifyEmail.ts'
import { addressOf } from '../login/address.ts'
import type { Users } from '../shop.ts'

export function credentialRoutes(users: Users): Router {
  const { database, throttle, trustedProxies } = users
  const router = Router()
  router.put('/api/password', async (request, response) => {
    const body = bodyOf(request.body)
    await changePassword(users, {
      userId: userIdOf(request),
      current: text(body, 'current', 200),
      password: readPassword(body, 'password'),
      address: addressOf(request, trustedProxies),
      cookie: cookieOf(request.headers),
    })
    response.status(204).end()
  })
  router.post('/api/password/reset-request', async (request, response) => {
    const email = normalEmail(text(bodyOf(request.body), 'email', 190))
    // A mailbox can be filled like a password can be guessed: under a name of its own.
    await throttle.admit(`reset\0${email}`, addressOf(request, trustedProxies))
    await askForReset(users, email)
    response.status(202).end()
  })
  router.post('/api/password/reset', async (request, response) => {
    const body = bodyOf(request.body)
    const address = addressOf(request, trustedProxies)
    await throttle.admit('reset', address)
    await resetPassword(users, text(body, 'token', 100), readPassword(body, 'password'))
    await throttle.forgive('reset', address)
    response.status(204).end()
  })
  router.get('/api/email', async (request, response) => {
    response.json(await emailState(database, userIdOf(request)))
  })
  router.post('/api/email/verification', async (request, response) => {
    await sendVerification(users, userIdOf(request))
    response.status(202).end()
  })
  router.post('/api/email/verify', async (request, response) => {
    await verifyEmail(users, text(bodyOf(request.body), 'token', 100))
    response.status(204).end()
  })
  return router
}
