/**
 * An account as callers see it, and the ways to find one.
 *
 * @module
 */
import type { Queryable } from '@bookshop/kit/database'
import { ApiError } from '@bookshop/kit/errors'
import type { StoredPassword } from '../login/passwords.ts'

export interface User {
  readonly id: number
  readonly name: string
  readonly email: string
  readonly roles: readonly string[]
}

export const noSuchUser = (): ApiError => new ApiError(404, 'not_found', 'There is no such account')

export const readUserId = (value: unknown): number => {
  if (typeof value !== 'string' || !/^[1-9]\d{0,9}$/.test(value)) throw noSuchUser()
  const id = Number(value)
  if (id > 2_147_483_647) throw noSuchUser()
  return id
}

const rolesColumn =
  '(SELECT GROUP_CONCAT(r.role ORDER BY r.role) FROM user_role r WHERE r.user_id = a.id) AS roles'

export interface UserRow {
  readonly id: number
  readonly name: string
  readonly email: string
  readonly roles: string | null
}

export const userOf = (row: UserRow): User => ({
  id: row.id,
  name: row.name,
  email: row.email,
  roles: row.roles?.split(',') ?? [],
})

/** Accounts with their roles, as `UserRow`s; aliased `a`. */
export const userRows = (on: Queryable) =>
  on('account as a').select('a.id', 'a.name', 'a.email', on.raw(rolesColumn))

/** An active account; null for any other. */
export async function activeUser(on: Queryable, id: number): Promise<User | null> {
  const row: UserRow | undefined = await userRows(on).where({ 'a.id': id, 'a.active': 1 }).first()
  return row ? userOf(row) : null
}

export type LoginRow = StoredPassword & { readonly id: number; readonly email: string }

/** What a login is checked against; inactive accounts are not there. */
export const loginRows = (on: Queryable) =>
  on('account as a')
    .leftJoin('credential as c', 'c.user_id', 'a.id')
    .where({ 'a.active': 1 })
    .select('a.id', 'a.email', 'a.legacy_salt', 'a.legacy_hash', 'c.argon2', 'c.made_beside')

export const normalEmail = (email: string): string => email.trim().toLowerCase()
