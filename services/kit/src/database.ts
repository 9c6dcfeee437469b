/**
 * MariaDB through knex: the only file that imports it. Dates stay text, the session's zone is UTC,
 * and a transaction that lost a deadlock is run again.
 *
 * @module
 */
import knex, { type Knex } from 'knex'
import { type Log, silentLog } from './log.ts'

export type Database = Knex
/** What a query may run on: the pool, or the transaction it belongs to. */
export type Queryable = Knex | Knex.Transaction
export type Transaction = Knex.Transaction
export type Query = Knex.QueryBuilder

const deadlock = 1213
const lockWaitTimeout = 1205
const duplicateKey = 1062
const stillReferenced = 1451
const missingParent = 1452
const attempts = 6

const errorNumber = (error: unknown): number | undefined => {
  const errno = (error as { errno?: unknown } | null)?.errno
  return typeof errno === 'number' ? errno : undefined
}

/** A foreign key names a row that is not there. */
export const isMissingParent = (error: unknown): boolean => errorNumber(error) === missingParent

/** A row cannot go while others name it by a foreign key. */
export const isStillReferenced = (error: unknown): boolean => errorNumber(error) === stillReferenced

export const isDuplicate = (error: unknown): boolean => errorNumber(error) === duplicateKey

/**
 * The database will not take writes to these tables now: a trigger raised SQLSTATE 45000, or the
 * privilege was withdrawn (1142). The statement left nothing behind, so a later try is safe.
 */
export const isWriteRefused = (error: unknown): boolean =>
  (error as { sqlState?: unknown } | null)?.sqlState === '45000' || errorNumber(error) === 1142

/** What knex hands to the driver; it does not declare `jsonStrings`. */
type Connection = Knex.MySql2ConnectionConfig & { readonly jsonStrings: boolean }

/** The server is away or the pool is exhausted; what became of a write is not known. */
export const isUnavailable = (error: unknown): boolean => {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown }
  return name === 'KnexTimeoutError' || lostCodes.has(code)
}

const lostCodes: ReadonlySet<unknown> = new Set([
  'PROTOCOL_CONNECTION_LOST',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ER_SERVER_SHUTDOWN',
  'ER_CONNECTION_KILLED',
  'ER_CON_COUNT_ERROR',
])

export function openDatabase(url: URL, poolSize: number, log: Log = silentLog): Database {
  const notice = (about: unknown): void => log.warn({ detail: String(about) }, 'database.noticed')
  const connection: Connection = {
    host: url.hostname,
    port: Number(url.port || 3306),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)),
    charset: 'utf8mb4_unicode_ci',
    timezone: 'Z',
    dateStrings: true,
    jsonStrings: true,
    supportBigNumbers: true,
    connectTimeout: 5000,
  }
  return knex({
    client: 'mysql2',
    connection,
    // An error's text must not carry the values that were bound: passwords' hashes among them.
    compileSqlOnError: false,
    pool: {
      min: 0,
      max: poolSize,
      afterCreate: (connection: RawConnection, done: (error: unknown) => void) => {
        connection.query(
          "SET NAMES utf8mb4 COLLATE utf8mb4_unicode_ci, SESSION time_zone = '+00:00', SESSION tx_isolation = 'READ-COMMITTED', " +
            'SESSION innodb_lock_wait_timeout = 5, ' +
            "SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO'",
          (error) => done(error),
        )
      },
    },
    acquireConnectionTimeout: 5000,
    log: { warn: notice, error: notice, deprecate: notice, debug: () => undefined },
  })
}

/** The part of the driver's connection that the pool hook uses. */
interface RawConnection {
  query(sql: string, done: (error: unknown) => void): void
}

/**
 * Runs `work` in one transaction and again, up to 6 times, when it was a deadlock's victim or waited
 * too long for a lock: nothing of it was kept then. Rows are to be locked in key order, so this is
 * rare.
 */
export async function inTransaction<T>(
  database: Database,
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await database.transaction(work)
    } catch (error) {
      const number = errorNumber(error)
      const again = number === deadlock || number === lockWaitTimeout
      if (!again || attempt === attempts) throw error
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 10 * attempt))
    }
  }
}
