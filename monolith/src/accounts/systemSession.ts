/**
 * The session of the shop's own account, under which it asks the catalogue. Opened when first
 * needed and renewed daily.
 *
 * @module
 */
import type { Database } from '../database.ts'
import { newSalt, passwordHash } from './passwords.ts'
import { openSession } from './sessions.ts'

export const systemEmail = 'system@bookshop.test'
const renewAfterMs = 86_400_000
const days = 30

async function systemUser(db: Database): Promise<number> {
  const salt = newSalt()
  // Nobody knows this password: the account is entered by its session only.
  await db.run(
    `INSERT INTO users (email, name, salt, password_hash, created, updated)
     VALUES (?, 'The shop', ?, ?, NOW(), NOW()) ON DUPLICATE KEY UPDATE id = id`,
    [systemEmail, salt, passwordHash(salt, newSalt() + newSalt())],
  )
  const rows = await db.query<{ id: number }>('SELECT id FROM users WHERE email = ?', [systemEmail])
  const id = rows[0]?.id ?? 0
  await db.run(
    `INSERT INTO user_roles (user_id, role, granted) VALUES (?, 'system', NOW())
     ON DUPLICATE KEY UPDATE role = role`,
    [id],
  )
  return id
}

export function systemSession(db: Database) {
  let current: Promise<string> | null = null
  let openedAt = 0
  return {
    cookie(): Promise<string> {
      if (!current || Date.now() - openedAt > renewAfterMs) {
        openedAt = Date.now()
        const opening = systemUser(db).then((id) => openSession(db, id, days, 'bookshop'))
        opening.catch(() => {
          if (current === opening) current = null
        })
        current = opening
      }
      return current
    },
    forget(): void {
      current = null
    },
  }
}
