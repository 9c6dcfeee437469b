/**
 * The shop's own account, made before the accounts move: with its password, and with the session under
 * which the edge lets programs in at the old shop.
 *
 * @module
 */
import { createHash, randomBytes } from 'node:crypto'
import type { Db } from '@matapalo/runtime'
import type { Secrets } from '../stack/secrets.ts'

const email = 'system@bookshop.test'

const sha256 = (...parts: readonly string[]): string => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}

/** Repeating it changes nothing. @param shop the old shop's schema, as its application's account */
export async function makeSystemAccount(shop: Db, secrets: Secrets): Promise<void> {
  const salt = randomBytes(8).toString('hex')
  await shop.execute(
    `INSERT IGNORE INTO users (email, name, salt, password_hash, created, updated)
     VALUES (?, 'The shop', ?, ?, NOW(), NOW())`,
    [email, salt, sha256(salt, secrets.systemPassword)],
  )
  const [row] = await shop.query('SELECT id FROM users WHERE email = ?', [email])
  const id = Number(row?.id)
  await shop.execute(
    "INSERT IGNORE INTO user_roles (user_id, role, granted) VALUES (?, 'system', NOW())",
    [id],
  )
  await shop.execute(
    `INSERT IGNORE INTO sessions (token, user_id, created, last_login, expires, user_agent)
     VALUES (?, ?, NOW(), NOW(), NOW() + INTERVAL 30 DAY, 'programs')`,
    [sha256(secrets.programSession), id],
  )
}
