/**
 * The shop's database: SQL by hand over knex's pool and transactions.
 *
 * Every session runs in the shop's time zone, so NOW() is local time, as the DATETIME columns are.
 * Dates and decimals come back as text. A transaction that was the victim of a deadlock (1213) is
 * run again from its beginning, so its work must not touch anything outside the database.
 *
 * @module
 */
import knexFactory, { type Knex } from 'knex'

export type Value = string | number | bigint | boolean | null
export interface Done {
  readonly affectedRows: number
  readonly insertId: number
}
export interface Sql {
  query<Row>(sql: string, values?: readonly Value[]): Promise<readonly Row[]>
  run(sql: string, values?: readonly Value[]): Promise<Done>
}
export interface Database extends Sql {
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>
  close(): Promise<void>
}

const deadlock = 1213
const snapshotTooOld = 1020
const unknownTimeZone = 1298

/** The server's error number, when the error came from the server. */
export function sqlErrno(error: unknown): number | undefined {
  if (typeof error === 'object' && error !== null && 'errno' in error) {
    return typeof error.errno === 'number' ? error.errno : undefined
  }
  return undefined
}

function over(runner: Knex | Knex.Transaction): Sql {
  return {
    async query<Row>(sql: string, values: readonly Value[] = []) {
      const [rows] = await runner.raw(sql, values as Knex.RawBinding[])
      return rows as readonly Row[]
    },
    async run(sql, values = []) {
      const [result] = await runner.raw(sql, values as Knex.RawBinding[])
      return { affectedRows: Number(result.affectedRows), insertId: Number(result.insertId) }
    },
  }
}

interface RawConnection {
  query(sql: string, done: (error: unknown) => void): void
}

/** The offset of a zone now, as "-05:00", for a server without time zone tables. */
export function currentOffset(timeZone: string, at = new Date()): string {
  const parts = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' })
  const name = parts.formatToParts(at).find((part) => part.type === 'timeZoneName')?.value ?? 'GMT'
  return name === 'GMT' ? '+00:00' : name.slice(3)
}

function prepareSession(timeZone: string) {
  return (connection: RawConnection, done: (error: unknown, connection: RawConnection) => void) => {
    const set = (zone: string, then: (error: unknown) => void) =>
      connection.query(
        `SET time_zone = '${zone}', NAMES utf8mb4 COLLATE utf8mb4_unicode_ci, sql_mode = 'STRICT_TRANS_TABLES,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO'`,
        then,
      )
    set(timeZone, (error) => {
      if (sqlErrno(error) !== unknownTimeZone) return done(error, connection)
      set(currentOffset(timeZone), (again) => done(again, connection))
    })
  }
}

export function openDatabase(url: string, timeZone: string, poolSize = 20): Database {
  const at = new URL(url)
  const knex = knexFactory({
    client: 'mysql2',
    connection: {
      host: at.hostname,
      port: Number(at.port || 3306),
      user: decodeURIComponent(at.username),
      password: decodeURIComponent(at.password),
      database: at.pathname.slice(1),
      charset: 'utf8mb4_unicode_ci',
      dateStrings: true,
      supportBigNumbers: true,
    },
    pool: { min: 0, max: poolSize, afterCreate: prepareSession(timeZone) },
    acquireConnectionTimeout: 15_000,
  })
  return {
    ...over(knex),
    async transaction(work) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await knex.transaction((trx) => work(over(trx)))
        } catch (error) {
          const again = sqlErrno(error) === deadlock || sqlErrno(error) === snapshotTooOld
          if (!again || attempt >= 8) throw error
        }
      }
    },
    close: () => knex.destroy(),
  }
}

/** "?, ?, ?" for an IN list. */
export const marks = (list: readonly unknown[]): string => list.map(() => '?').join(', ')
