/**
 * The session of the shop's own account, under which it asks the catalogue. Opened when first
 * needed and renewed daily; one lasts as long as any customer's, so nothing ends when a renewal
 * fails.
 *
 * With a password (`SHOP_SYSTEM_PASSWORD`) the shop logs in at its door like everybody else, so the
 * session is written by whoever owns the accounts. Without one it writes the session itself.
 *
 * @module
 */
import type { Database } from '../database.ts'
import { type Door, DoorClosed } from '../door/door.ts'
import { ShopError } from '../errors.ts'
import { log } from '../log.ts'
import { newSalt, passwordHash, passwordMatches } from './passwords.ts'
import { openSession } from './sessions.ts'

export const systemEmail = 'system@bookshop.test'
const renewAfterMs = 86_400_000
/** After a login was refused: nobody is helped by trying each time, and tries are counted. */
const refusedForMs = 10_000
const days = 30

export interface SystemSessionParts {
  readonly db: Database
  readonly door: Door
  readonly password: string | null
}

export interface SystemSession {
  cookie(): Promise<string>
  /** The cookie was refused: the next one is new. */
  forget(): void
}

/** Makes the account, or changes its password, where it is not what it should be. */
async function systemUser(db: Database, password: string | null): Promise<number> {
  const find = () =>
    db.query<{ id: number; salt: string; password_hash: string; roles: number }>(
      `SELECT u.id, u.salt, u.password_hash,
         (SELECT COUNT(*) FROM user_roles r WHERE r.user_id = u.id AND r.role = 'system') AS roles
       FROM users u WHERE u.email = ?`,
      [systemEmail],
    )
  const known = (await find())[0]
  const right =
    known && (password === null || passwordMatches(known.salt, known.password_hash, password))
  if (known && right && Number(known.roles) > 0) return known.id
  const salt = newSalt()
  // Without a password nobody knows this one: the account is entered by its session only.
  const hash = passwordHash(salt, password ?? newSalt() + newSalt())
  await db.run(
    `INSERT INTO users (email, name, salt, password_hash, created, updated)
     VALUES (?, 'The shop', ?, ?, NOW(), NOW())
     ON DUPLICATE KEY UPDATE
       ${right ? 'id = id' : 'salt = VALUES(salt), password_hash = VALUES(password_hash), updated = NOW()'}`,
    [systemEmail, salt, hash],
  )
  const id = (await find())[0]?.id ?? 0
  await db.run(
    `INSERT INTO user_roles (user_id, role, granted) VALUES (?, 'system', NOW())
     ON DUPLICATE KEY UPDATE role = role`,
    [id],
  )
  return id
}

async function logIn(door: Door, password: string): Promise<string | null> {
  const reply = await door.ask({
    method: 'POST',
    path: '/api/login',
    body: { email: systemEmail, password },
    headers: async () => ({ 'user-agent': 'bookshop' }),
    repeatable: true,
  })
  const cookies = reply.setCookies.map((cookie) => /^sid=([^;]+)/.exec(cookie)?.[1])
  return reply.status === 200 ? (cookies.find((value) => value !== undefined) ?? null) : null
}

async function sessionByLogin({ db, door }: SystemSessionParts, password: string) {
  const cookie = await logIn(door, password)
  if (cookie !== null) return cookie
  // Not yet there, or with another password. Once the accounts have moved this may be refused.
  await systemUser(db, password).catch((error: unknown) =>
    log('error', 'system.account.refused', {
      error: String(error),
      remedy: `give ${systemEmail} the password SHOP_SYSTEM_PASSWORD and the role system`,
    }),
  )
  const second = await logIn(door, password)
  if (second !== null) return second
  log('error', 'system.login.refused', { email: systemEmail })
  throw new ShopError(503, 'system_login_refused', "the shop's own account cannot log in")
}

export function systemSession(parts: SystemSessionParts): SystemSession {
  let current: string | null = null
  let openedAt = 0
  let opening: Promise<string> | null = null
  let refused: { readonly error: unknown; readonly until: number } | null = null

  function open(): Promise<string> {
    if (opening) return opening
    const { db, password } = parts
    const mine = (
      password === null
        ? systemUser(db, null).then((id) => openSession(db, id, days, 'bookshop'))
        : sessionByLogin(parts, password)
    ).then(
      (cookie) => {
        ;[current, openedAt, opening, refused] = [cookie, Date.now(), null, null]
        return cookie
      },
      (error: unknown) => {
        opening = null
        if (!(error instanceof DoorClosed)) refused = { error, until: Date.now() + refusedForMs }
        throw error
      },
    )
    opening = mine
    return mine
  }

  return {
    async cookie() {
      const blocked = refused !== null && Date.now() < refused.until ? refused : null
      if (current === null) {
        if (blocked) throw blocked.error
        return open()
      }
      if (Date.now() - openedAt > renewAfterMs && !blocked) {
        // Meanwhile the old one is good.
        open().catch((error: unknown) =>
          log('warn', 'system.session.later', { error: String(error) }),
        )
      }
      return current
    },
    forget() {
      current = null
    },
  }
}
