/**
 * Accounts: registering, logging in, profile and preferences.
 *
 * @module
 */
import { type Database, type Sql, sqlErrno } from '../database.ts'
import { conflict, invalid, notFound, ShopError } from '../errors.ts'
import { type Body, onlyFields, optionalText, text, truth } from '../input.ts'
import { newSalt, passwordHash, passwordMatches } from './passwords.ts'

const duplicate = 1062

export async function register(db: Database, body: Body): Promise<number> {
  const email = text(body, 'email', 190).trim().toLowerCase()
  if (!/^[^@\s]+@[^@\s]+$/.test(email)) throw invalid('email', 'an e-mail address')
  const name = text(body, 'name', 200)
  const password = text(body, 'password', 200, 6)
  const salt = newSalt()
  try {
    return await db.transaction(async (sql) => {
      const { insertId } = await sql.run(
        `INSERT INTO users (email, name, salt, password_hash, created, updated)
         VALUES (?, ?, ?, ?, NOW(), NOW())`,
        [email, name, salt, passwordHash(salt, password)],
      )
      await sql.run('INSERT INTO user_roles (user_id, role, granted) VALUES (?, ?, NOW())', [
        insertId,
        'customer',
      ])
      return insertId
    })
  } catch (error) {
    if (sqlErrno(error) !== duplicate) throw error
    throw conflict('email_taken', 'this e-mail address has an account')
  }
}

/** The id of the account, or 401 without saying which of the two was wrong. */
export async function checkLogin(sql: Sql, body: Body): Promise<number> {
  const email = text(body, 'email', 190).trim().toLowerCase()
  const password = text(body, 'password', 200)
  const rows = await sql.query<{ id: number; salt: string; password_hash: string }>(
    "SELECT id, salt, password_hash FROM users WHERE email = ? AND active = 'Y'",
    [email],
  )
  const row = rows[0]
  if (!row || !passwordMatches(row.salt, row.password_hash, password)) {
    throw new ShopError(401, 'bad_credentials', 'e-mail address or password is wrong')
  }
  return row.id
}

const profileColumns = ['name', 'phone', 'street', 'city', 'postcode', 'country'] as const
const lengths = { name: 200, phone: 40, street: 200, city: 120, postcode: 20, country: 2 } as const
export type Profile = Readonly<Record<(typeof profileColumns)[number] | 'email', string | null>>

export async function profile(sql: Sql, userId: number): Promise<Profile> {
  const rows = await sql.query<Profile>(
    `SELECT email, ${profileColumns.join(', ')} FROM users WHERE id = ?`,
    [userId],
  )
  if (!rows[0]) throw notFound('account')
  return rows[0]
}

export async function changeProfile(sql: Sql, userId: number, body: Body): Promise<Profile> {
  onlyFields(body, profileColumns)
  const columns = profileColumns.filter((column) => body[column] !== undefined)
  const values = columns.map((column) =>
    column === 'name' ? text(body, column, 200) : optionalText(body, column, lengths[column]),
  )
  if (columns.length > 0) {
    const set = columns.map((column) => `${column} = ?`).join(', ')
    await sql.run(`UPDATE users SET ${set}, updated = NOW() WHERE id = ?`, [...values, userId])
  }
  return profile(sql, userId)
}

export interface Preferences {
  readonly newsletter: boolean
  readonly prefs: unknown
}

export async function preferences(sql: Sql, userId: number): Promise<Preferences> {
  const rows = await sql.query<{ newsletter: string; prefs: string | null }>(
    'SELECT newsletter, prefs FROM users WHERE id = ?',
    [userId],
  )
  const row = rows[0]
  if (!row) throw notFound('account')
  return { newsletter: row.newsletter === 'Y', prefs: JSON.parse(row.prefs ?? '{}') }
}

export async function changePreferences(sql: Sql, userId: number, body: Body) {
  onlyFields(body, ['newsletter', 'prefs'])
  if (body.newsletter !== undefined) {
    const flag = truth(body, 'newsletter') ? 'Y' : 'N'
    await sql.run('UPDATE users SET newsletter = ?, updated = NOW() WHERE id = ?', [flag, userId])
  }
  if (body.prefs !== undefined) {
    const prefs = body.prefs
    const json = JSON.stringify(prefs)
    if (typeof prefs !== 'object' || prefs === null || json.length > 10_000) {
      throw invalid('prefs', 'a JSON object of at most 10000 characters')
    }
    await sql.run('UPDATE users SET prefs = ?, updated = NOW() WHERE id = ?', [json, userId])
  }
  return preferences(sql, userId)
}
