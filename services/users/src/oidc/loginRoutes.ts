/**
 * The hosted login page. Whoever has a live session of the shop goes straight on; others log in here,
 * and have a session of the shop from then on as well.
 *
 * @module
 */
import { ServiceUnavailable } from '@bookshop/kit/client'
import { ApiError } from '@bookshop/kit/errors'
import express, { type Request, type Response, Router } from 'express'
import { cookieOf, setSessionCookie } from '../accounts/sessions.ts'
import { normalEmail } from '../accounts/user.ts'
import { addressOf } from '../login/address.ts'
import type { Users } from '../shop.ts'
import type { OpenedSession, SessionsOwner } from './owner.ts'
import { errorPage, loginPage, sendPage } from './pages.ts'
import { isInteractionGone, newGrant, type Provider } from './provider.ts'
import type { TokenSessions } from './tokenSessions.ts'

export interface LoginParts {
  readonly users: Users
  /** Path before `/interaction`. */
  readonly prefix: string
  readonly provider: () => Provider
  readonly owner: SessionsOwner
  readonly sessions: TokenSessions
}

type Details = Awaited<ReturnType<Provider['interactionDetails']>>

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

export function loginRoutes(parts: LoginParts): Router {
  const { users, prefix, owner, sessions } = parts

  const finish = async (
    request: Request,
    response: Response,
    details: Details,
    session: OpenedSession,
  ): Promise<void> => {
    const provider = parts.provider()
    const accountId = String(session.user.id)
    const grantId = await newGrant(provider, accountId, textOf(details.params.client_id))
    await sessions.open(grantId, session)
    const result = { login: { accountId, remember: false }, consent: { grantId } }
    await provider.interactionFinished(request, response, result, {
      mergeWithLastSubmission: false,
    })
  }

  /** The session that the browser has already; null when it must be asked for a password. */
  const existing = async (request: Request, details: Details): Promise<OpenedSession | null> => {
    const cookie = cookieOf(request.headers)
    const wantsForm = textOf(details.params.prompt).split(' ').includes('login')
    if (cookie === null || wantsForm) return null
    const user = await owner.userOf(cookie)
    if (user === null) return null
    const known = details.session?.accountId
    return known === undefined || known === String(user.id) ? { cookie, user } : null
  }

  const show = (response: Response, details: Details, status = 200, email = '', problem = '') => {
    const action = `${prefix}/interaction/${details.uid}`
    const form = { action, email, problem: problem === '' ? null : problem }
    sendPage(response, status, loginPage(form))
  }

  const detailsOf = async (request: Request, response: Response): Promise<Details | null> => {
    try {
      return await parts.provider().interactionDetails(request, response)
    } catch (error) {
      if (!isInteractionGone(error)) throw error
      sendPage(response, 400, errorPage('This login is too old', 'Go back and start again.'))
      return null
    }
  }

  const logIn = async (request: Request, response: Response, details: Details): Promise<void> => {
    const email = normalEmail(textOf(request.body?.email))
    const password = textOf(request.body?.password)
    const address = addressOf(request, users.trustedProxies)
    const userAgent = request.get('user-agent')
    const session = await users.throttle.attempt(email, address, () =>
      owner.login({ email, password, userAgent }),
    )
    if (session === null) {
      return show(response, details, 401, email, 'E-mail address or password is wrong.')
    }
    setSessionCookie(response, session.cookie, users)
    await finish(request, response, details, session)
  }

  const router = Router()
  router.get('/interaction/:uid', async (request, response) => {
    const details = await detailsOf(request, response)
    if (details === null) return
    const session = await existing(request, details)
    if (session === null) show(response, details)
    else await finish(request, response, details, session)
  })
  router.post(
    '/interaction/:uid',
    express.urlencoded({ extended: false, limit: '10kb' }),
    async (request, response) => {
      const details = await detailsOf(request, response)
      if (details === null) return
      try {
        await logIn(request, response, details)
      } catch (error) {
        if (error instanceof ServiceUnavailable) {
          response.set('Retry-After', '1')
          return show(response, details, 503, '', 'The shop is busy. Please try again.')
        }
        if (!(error instanceof ApiError) || response.headersSent) throw error
        response.set(error.headers)
        show(response, details, error.status, '', error.message)
      }
    },
  )
  return router
}
