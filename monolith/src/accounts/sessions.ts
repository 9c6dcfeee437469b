/**
 * Sessions in a table: a row is written at login and removed at logout, never in between. The
 * table holds the hash of the cookie, so that a copy of the table opens no account.
 *
 * @module
 */
import { createHash, randomBytes } from 'node:crypto'
import type { Sql } from '../database.ts'

export interface User {
  readonly id: number
  readonly name: string
  readonly email: string
  readonly roles: readonly string[]
}

const hashed = (cookie: string): string => createHash('sha256').update(cookie).digest('hex')

export async function openSession(
  sql: Sql,
  userId: number,
  days: number,
  userAgent: string | null,
): Promise<string> {
  const cookie = randomBytes(32).toString('hex')
  await sql.run(
    `INSERT INTO sessions (token, user_id, created, last_login, expires, user_agent)
     VALUES (?, ?, NOW(), NOW(), NOW() + INTERVAL ? DAY, ?)`,
    [hashed(cookie), userId, days, userAgent?.slice(0, 200) ?? null],
  )
  return cookie
}

export async function closeSession(sql: Sql, cookie: string): Promise<void> {
  await sql.run('DELETE FROM sessions WHERE token = ?', [hashed(cookie)])
}

export async function userOfSession(sql: Sql, cookie: string): Promise<User | null> {
  if (!/^[0-9a-f]{64}$/.test(cookie)) return null
  const rows = await sql.query<{ id: number; name: string; email: string; roles: string | null }>(
    `SELECT u.id, u.name, u.email,
       (SELECT GROUP_CONCAT(r.role ORDER BY r.role) FROM user_roles r WHERE r.user_id = u.id) AS roles
     FROM sessions s JOIN users u ON u.id = s.user_id
     WHERE s.token = ? AND s.expires > NOW() AND u.active = 'Y'`,
    [hashed(cookie)],
  )
  const row = rows[0]
  if (!row) return null
  return { id: row.id, name: row.name, email: row.email, roles: row.roles?.split(',') ?? [] }
}
