/**
 * Accounts as staff see them: one, or a page of those whose e-mail address or name begins with a text.
 *
 * @module
 */
import type { Queryable } from '@bookshop/kit/database'
import type { ShowInstant } from '@bookshop/kit/instants'
import { noSuchUser, type UserRow, userOf, userRows } from '../accounts/user.ts'

export interface Page {
  readonly search: string
  readonly page: number
  readonly perPage: number
}

interface Row extends UserRow {
  readonly active: number
  readonly created_at: string
  readonly updated_at: string
  readonly proven: string | null
}

const rows = (on: Queryable) =>
  userRows(on)
    .leftJoin('verified_email as v', 'v.user_id', 'a.id')
    .select('a.active', 'a.created_at', 'a.updated_at', 'v.email as proven')

const shown = (row: Row, show: ShowInstant) => ({
  ...userOf(row),
  active: row.active === 1,
  email_verified: row.proven === row.email,
  created: show(row.created_at),
  updated: show(row.updated_at),
})

/** `%` and `_` stand for themselves. */
const prefix = (text: string): string => `${text.replace(/[\\%_]/g, '\\$&')}%`

/** Counting stops here, so that a page costs the same with any number of accounts. */
const countedAtMost = 1000

export async function listUsers(on: Queryable, { search, page, perPage }: Page, show: ShowInstant) {
  const found = () => {
    const all = on('account as a')
    return search === ''
      ? all
      : all.where((either) =>
          either
            .where('a.email', 'like', prefix(search.toLowerCase()))
            .orWhere('a.name', 'like', prefix(search)),
        )
  }
  const counted = await on
    .from(found().select('a.id').limit(countedAtMost).as('some'))
    .count({ total: '*' })
    .first()
  const ids: number[] = await found()
    .orderBy('a.id')
    .limit(perPage)
    .offset((page - 1) * perPage)
    .pluck('a.id')
  const items: Row[] = await rows(on).whereIn('a.id', ids).orderBy('a.id')
  return {
    items: items.map((row) => shown(row, show)),
    page,
    per_page: perPage,
    total: Number((counted as { total?: unknown } | undefined)?.total ?? 0),
  }
}

export async function readUser(on: Queryable, userId: number, show: ShowInstant) {
  const row: Row | undefined = await rows(on).where({ 'a.id': userId }).first()
  if (!row) throw noSuchUser()
  return shown(row, show)
}
