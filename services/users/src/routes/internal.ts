/**
 * For other services and the edge: who a user is, without telling everything, and the cookie behind
 * the `sid` of a token. The contract has checked the scope.
 *
 * @module
 */
import { ApiError } from '@bookshop/kit/errors'
import { type Request, Router } from 'express'
import { noSuchUser, readUserId } from '../accounts/user.ts'
import type { TokenSessions } from '../oidc/tokenSessions.ts'
import type { Users } from '../shop.ts'

interface Row {
  readonly id: number
  readonly name: string
  readonly email: string
  readonly active: number
}

export function internalRoutes({ database }: Users, sessions: TokenSessions): Router {
  const found = async (request: Request): Promise<Row> => {
    const id = readUserId(request.params.id)
    const row: Row | undefined = await database('account')
      .where({ id })
      .first('id', 'name', 'email', 'active')
    if (!row) throw noSuchUser()
    return row
  }
  const router = Router()
  router.get('/internal/users/:id/card', async (request, response) => {
    const { id, name, active } = await found(request)
    response.json({ id, name, active: active === 1 })
  })
  router.get('/internal/users/:id/contact', async (request, response) => {
    const { id, name, email, active } = await found(request)
    // Nobody writes to those who left.
    if (active !== 1) throw noSuchUser()
    response.json({ id, name, email })
  })
  router.get('/internal/sessions/:sid/cookie', async (request, response) => {
    const session = await sessions.cookieOf(String(request.params.sid))
    if (session === null) throw new ApiError(404, 'not_found', 'This session has ended')
    const { cookie, userId } = session
    response.set('Cache-Control', 'no-store').json({ name: 'sid', cookie, user_id: userId })
  })
  return router
}
