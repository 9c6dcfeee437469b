/**
 * Bounds failed logins, per account and per address, in a table: it holds for all replicas together,
 * and a database that is down stops logins anyway, so Redis would only be one more thing to lose.
 *
 * A try is counted before the password is looked at and given back when it was right, so that tries
 * sent all at once are bounded too. Those of one account wait for each other here, so that many right
 * ones at once are not taken for guesses. Failures are forgotten 15 minutes after the first.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import type { Database } from '@bookshop/kit/database'
import { ApiError } from '@bookshop/kit/errors'
import { busy, GateFull } from './gate.ts'
import { lanes } from './lanes.ts'

export interface Throttle {
  /**
   * Looks at a password: `work` gives null when it was wrong.
   *
   * @throws ApiError 429 when there were too many wrong ones, 503 when too many are waiting
   */
  attempt<T>(email: string, address: string, work: () => Promise<T | null>): Promise<T | null>
  /** Counts a try. @throws ApiError 429 when there were too many */
  admit(email: string, address: string): Promise<void>
  /** The try was right: the account starts afresh, the address gets its try back. */
  forgive(email: string, address: string): Promise<void>
  /** Removes what is forgotten. */
  sweep(): Promise<void>
}

export interface Limits {
  readonly accountFailures: number
  readonly addressFailures: number
}

const windowSeconds = 900

/** An IPv6 customer holds a whole /64. */
export const networkOf = (address: string): string => {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '')
  if (!plain.includes(':')) return plain
  const [head = '', tail = ''] = plain.split('::')
  const left = head.split(':').filter((one) => one !== '')
  const right = plain.includes('::') ? tail.split(':').filter((one) => one !== '') : []
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0')
  return `${[...left, ...zeros, ...right].slice(0, 4).join(':')}::/64`
}

const keyOf = (kind: 'account' | 'address', value: string): string =>
  createHash('sha256').update(`${kind}\0${value}`).digest('hex')

const tooMany = (seconds: number): ApiError =>
  new ApiError(429, 'too_many_attempts', 'Too many failed logins; try again later', {
    headers: { 'Retry-After': String(Math.max(1, seconds)) },
  })

export function openThrottle(database: Database, limits: Limits): Throttle {
  const keysOf = (email: string, address: string) =>
    [
      [keyOf('account', email), limits.accountFailures],
      [keyOf('address', networkOf(address)), limits.addressFailures],
    ] as const

  /** One statement: two tries at once get two numbers. */
  const count = async (key: string): Promise<number> => {
    const [done] = (await database.raw(
      `INSERT INTO login_attempt (subject, failures, until)
         VALUES (?, 1, UTC_TIMESTAMP(3) + INTERVAL ? SECOND)
       ON DUPLICATE KEY UPDATE
         failures = LAST_INSERT_ID(IF(until <= UTC_TIMESTAMP(3), 1, failures + 1)),
         until = IF(until <= UTC_TIMESTAMP(3), VALUES(until), until)`,
      [key, windowSeconds],
    )) as [{ insertId: number }]
    // A new row has no number to tell.
    return done.insertId || 1
  }

  const secondsLeft = async (key: string): Promise<number> => {
    const [rows] = (await database.raw(
      `SELECT TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(3), until) AS seconds
         FROM login_attempt WHERE subject = ?`,
      [key],
    )) as [{ seconds: number }[]]
    return rows[0]?.seconds ?? 0
  }

  const accounts = lanes(1, 256)
  const addresses = lanes(16, 512)
  const inLanes = async <T>(email: string, address: string, work: () => Promise<T>): Promise<T> => {
    try {
      const ofAccount = () => accounts.run(email, work)
      return await addresses.run(networkOf(address), ofAccount)
    } catch (error) {
      throw error instanceof GateFull ? busy(error) : error
    }
  }

  const throttle: Throttle = {
    attempt: (email, address, work) =>
      inLanes(email, address, async () => {
        await throttle.admit(email, address)
        const result = await work()
        if (result !== null) await throttle.forgive(email, address)
        return result
      }),
    async admit(email, address) {
      for (const [key, limit] of keysOf(email, address)) {
        if ((await count(key)) > limit) throw tooMany(await secondsLeft(key))
      }
    },
    async forgive(email, address) {
      const [account, from] = keysOf(email, address)
      await database('login_attempt').where({ subject: account[0] }).delete()
      await database('login_attempt')
        .where({ subject: from[0] })
        .where('failures', '>', 0)
        .decrement('failures')
    },
    async sweep() {
      await database('login_attempt').whereRaw('until <= UTC_TIMESTAMP(3)').limit(1000).delete()
    },
  }
  return throttle
}
