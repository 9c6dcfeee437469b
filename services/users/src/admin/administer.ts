/**
 * Accounts in the hands of staff. Who may call what is in the OpenAPI document; here is what nobody
 * may: touch an administrator without being one, or lock oneself out. Every act leaves a row in
 * `admin_action`.
 *
 * @module
 */
import { inTransaction, isDuplicate, type Transaction } from '@bookshop/kit/database'
import { ApiError } from '@bookshop/kit/errors'
import type { Identity } from '@bookshop/kit/identity'
import type { Body } from '@bookshop/kit/input'
import { utcText } from '@bookshop/kit/instants'
import { currentTrace } from '@bookshop/kit/trace'
import { type AccountEvent, tell } from '../accounts/events.ts'
import { profileChanges } from '../accounts/profile.ts'
import { emailTaken, readEmail } from '../accounts/register.ts'
import { closeOthers } from '../accounts/sessions.ts'
import { noSuchUser, type UserRow, userOf, userRows } from '../accounts/user.ts'
import { endTokens } from '../oidc/endTokens.ts'
import type { Users } from '../shop.ts'
import { anonymise } from './anonymise.ts'

type Part = Pick<Users, 'database' | 'now'>
type Action = 'change' | 'roles' | 'disable' | 'enable' | 'delete'

/** Roles that one may not act upon without holding `admin`. */
const guarded: ReadonlySet<string> = new Set(['admin', 'system'])

const forbidden = (why: string): ApiError => new ApiError(403, 'forbidden', why)

async function act(
  { database, now }: Part,
  actor: Identity,
  userId: number,
  action: Action,
  work: (transaction: Transaction, at: string) => Promise<AccountEvent>,
): Promise<void> {
  await inTransaction(database, async (transaction) => {
    await transaction('account').where({ id: userId }).forUpdate().first('id')
    const row: UserRow | undefined = await userRows(transaction).where({ 'a.id': userId }).first()
    if (!row) throw noSuchUser()
    const isGuarded = userOf(row).roles.some((role) => guarded.has(role))
    if (isGuarded && !actor.roles.includes('admin')) {
      throw forbidden('Only an administrator may do this to this account')
    }
    if (actor.userId === userId && action !== 'change') {
      throw new ApiError(409, 'own_account', 'Another administrator has to do this to you')
    }
    const at = utcText(now())
    const event = await work(transaction, at)
    await transaction('admin_action').insert({
      actor_id: actor.userId,
      user_id: userId,
      action,
      request_id: currentTrace()?.requestId ?? null,
      done_at: at,
    })
    await tell(transaction, event, userId)
  })
}

export async function changeUser(users: Part, actor: Identity, userId: number, body: Body) {
  const changes = profileChanges(body)
  const email = body.email === undefined ? {} : { email: readEmail(body) }
  try {
    await act(users, actor, userId, 'change', async (transaction, at) => {
      await transaction('account')
        .where({ id: userId })
        .update({ ...changes, ...email, updated_at: at })
      return 'user.changed'
    })
  } catch (error) {
    throw isDuplicate(error) ? emailTaken(error) : error
  }
}

/** Exactly these. `system` belongs to programs and is neither given nor taken here. */
export const setRoles = (users: Part, actor: Identity, userId: number, roles: readonly string[]) =>
  act(users, actor, userId, 'roles', async (transaction, at) => {
    await transaction('user_role')
      .where({ user_id: userId })
      .whereNot({ role: 'system' })
      .whereNotIn('role', [...roles])
      .delete()
    for (const role of roles) {
      const row = { user_id: userId, role, granted_at: at }
      await transaction('user_role').insert(row).onConflict(['user_id', 'role']).ignore()
    }
    return 'user.changed'
  })

/** Logs the account out everywhere; nobody logs in until it is enabled. */
export const disableUser = (users: Part, actor: Identity, userId: number) =>
  act(users, actor, userId, 'disable', async (transaction, at) => {
    await transaction('account').where({ id: userId }).update({ active: 0, updated_at: at })
    await closeOthers(transaction, userId, null)
    await endTokens(transaction, { userId, exceptCookie: null }, users.now())
    return 'user.disabled'
  })

export const enableUser = (users: Part, actor: Identity, userId: number) =>
  act(users, actor, userId, 'enable', async (transaction, at) => {
    await transaction('account').where({ id: userId }).update({ active: 1, updated_at: at })
    return 'user.changed'
  })

/** The person goes, the row stays: orders and tickets name it for ever. */
export const deleteUser = (users: Part, actor: Identity, userId: number) =>
  act(users, actor, userId, 'delete', async (transaction) => {
    await anonymise(transaction, userId, users.now())
    return 'user.deleted'
  })
