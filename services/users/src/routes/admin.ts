/**
 * Accounts in the hands of staff and administrators. The contract has checked the role.
 *
 * @module
 */
import { callerOf } from '@bookshop/kit/http/contract'
import { bodyOf } from '@bookshop/kit/input'
import { type Request, Router } from 'express'
import { readUserId } from '../accounts/user.ts'
import { changeUser, deleteUser, disableUser, enableUser, setRoles } from '../admin/administer.ts'
import { listUsers, readUser } from '../admin/list.ts'
import { permissionsOf } from '../admin/permissions.ts'
import type { Users } from '../shop.ts'

const queryText = (request: Request, name: string): string => {
  const value = request.query[name]
  return typeof value === 'string' ? value : ''
}

export function adminRoutes(users: Users, document: object): Router {
  const { database, show } = users
  const router = Router()
  router.get('/api/admin/roles', (_request, response) => {
    response.json({ items: permissionsOf(document) })
  })
  router.get('/api/admin/users', async (request, response) => {
    // The document has checked the forms.
    const page = Number(queryText(request, 'page') || 1)
    const perPage = Number(queryText(request, 'per_page') || 20)
    const search = queryText(request, 'q').trim()
    response.json(await listUsers(database, { search, page, perPage }, show))
  })
  router.get('/api/admin/users/:id', async (request, response) => {
    response.json(await readUser(database, readUserId(request.params.id), show))
  })
  router.patch('/api/admin/users/:id', async (request, response) => {
    const id = readUserId(request.params.id)
    await changeUser(users, callerOf(request), id, bodyOf(request.body))
    response.json(await readUser(database, id, show))
  })
  router.put('/api/admin/users/:id/roles', async (request, response) => {
    const id = readUserId(request.params.id)
    const { roles } = bodyOf(request.body) as { readonly roles: readonly string[] }
    await setRoles(users, callerOf(request), id, roles)
    response.json(await readUser(database, id, show))
  })
  router.post('/api/admin/users/:id/disable', async (request, response) => {
    const id = readUserId(request.params.id)
    await disableUser(users, callerOf(request), id)
    response.json(await readUser(database, id, show))
  })
  router.post('/api/admin/users/:id/enable', async (request, response) => {
    const id = readUserId(request.params.id)
    await enableUser(users, callerOf(request), id)
    response.json(await readUser(database, id, show))
  })
  router.delete('/api/admin/users/:id', async (request, response) => {
    await deleteUser(users, callerOf(request), readUserId(request.params.id))
    response.status(204).end()
  })
  return router
}
