/**
 * MariaDB behind one small interface. Values stay exact: decimals, 64-bit integers, dates and JSON
 * are strings on the way in and out, and the session's time zone is UTC.
 *
 * @module
 */
import mysql from 'mysql2/promise'

export type Param = string | number | bigint | boolean | Uint8Array | null

export interface Result {
  readonly affectedRows: number
  /** A decimal string, exact past 2^53; `0` when there is none. Also carries LAST_INSERT_ID(expr). */
  readonly insertId: string
  readonly info: string
}

/** A row as the driver gives it: text, bytes for binary columns, or null; numbers only up to 2^53. */
export type DbRow = Readonly<Record<string, string | number | Uint8Array | null>>

export interface Session {
  /** Text protocol: values are escaped into the statement by the driver. */
  query(sql: string, params?: readonly Param[]): Promise<DbRow[]>
  execute(sql: string, params?: readonly Param[]): Promise<Result>
  /** The server's connection id. */
  readonly threadId: number
}

export interface Db extends Omit<Session, 'threadId'> {
  /** One dedicated connection, given back at the end (destroyed when `work` threw). */
  session<T>(work: (session: Session) => Promise<T>): Promise<T>
  /** BEGIN … COMMIT; ROLLBACK and rethrow when `work` throws. */
  transaction<T>(work: (session: Session) => Promise<T>): Promise<T>
  close(): Promise<void>
}

export interface DbOptions {
  /** `mysql://user:password@host:port/schema` */
  readonly url: URL
  readonly poolSize?: number
  /** Longest wait for one statement's result, ms; then its outcome is unknown. Absent: no limit. */
  readonly queryTimeoutMs?: number
  /** Statements run once on each new connection. */
  readonly onConnect?: readonly string[]
}

/** Connection-level errors after which nothing is known about the last statement's outcome. */
export const isConnectionLost = (error: unknown): boolean => {
  const code = (error as { code?: unknown } | null)?.code
  return (
    typeof code === 'string' &&
    [
      'PROTOCOL_CONNECTION_LOST',
      'ECONNRESET',
      'ECONNREFUSED',
      'EPIPE',
      'ETIMEDOUT',
      'ER_SERVER_SHUTDOWN',
      'ER_CONNECTION_KILLED',
      'PROTOCOL_SEQUENCE_TIMEOUT',
    ].includes(code)
  )
}

/** MariaDB's error number, or undefined when it is no server error. */
export const serverErrorNumber = (error: unknown): number | undefined => {
  const errno = (error as { errno?: unknown } | null)?.errno
  return typeof errno === 'number' ? errno : undefined
}

const param = (value: Param): string | number | Buffer | null => {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'boolean') return value ? 1 : 0
  if (value instanceof Uint8Array)
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  return value
}

/** No parameters, no search for placeholders: an applier's statements are a megabyte long. */
const bound = (params: readonly Param[]): (string | number | Buffer | null)[] | undefined =>
  params.length === 0 ? undefined : params.map(param)

const statement = (sql: string, timeout: number | undefined): mysql.QueryOptions =>
  timeout === undefined ? { sql } : { sql, timeout }

const wrap = (
  connection: Pick<mysql.Connection, 'query'>,
  threadId: number,
  timeout: number | undefined,
): Session => ({
  threadId,
  async query(sql, params = []) {
    const [rows] = await connection.query(statement(sql, timeout), bound(params))
    // A statement that returns rows; the options below make the driver give the types of DbRow.
    return rows as unknown as DbRow[]
  },
  async execute(sql, params = []) {
    const [result] = await connection.query(statement(sql, timeout), bound(params))
    const header = result as mysql.ResultSetHeader
    return {
      affectedRows: header.affectedRows,
      insertId: String(header.insertId),
      info: header.info ?? '',
    }
  },
})

export function openDb(options: DbOptions): Db {
  const { url } = options
  const pool = mysql.createPool({
    host: url.hostname,
    port: Number(url.port || 3306),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    ...(url.pathname.length > 1 ? { database: decodeURIComponent(url.pathname.slice(1)) } : {}),
    connectionLimit: options.poolSize ?? 10,
    enableKeepAlive: true,
    connectTimeout: 5_000,
    timezone: 'Z',
    charset: 'utf8mb4_general_ci',
    supportBigNumbers: true,
    bigNumberStrings: true,
    dateStrings: true,
    jsonStrings: true,
    multipleStatements: false,
  })
  const prepared = new WeakSet<object>()

  const session = async <T>(work: (session: Session) => Promise<T>): Promise<T> => {
    const connection = await pool.getConnection()
    try {
      if (!prepared.has(connection.connection)) {
        await connection.query("SET time_zone = '+00:00'")
        for (const statement of options.onConnect ?? []) await connection.query(statement)
        prepared.add(connection.connection)
      }
      const result = await work(wrap(connection, connection.threadId ?? 0, options.queryTimeoutMs))
      connection.release()
      return result
    } catch (error) {
      connection.destroy()
      throw error
    }
  }

  return {
    session,
    query: (sql, params) => session((one) => one.query(sql, params)),
    execute: (sql, params) => session((one) => one.execute(sql, params)),
    transaction: (work) =>
      session(async (one) => {
        await one.execute('START TRANSACTION')
        try {
          const result = await work(one)
          await one.execute('COMMIT')
          return result
        } catch (error) {
          await one.execute('ROLLBACK').catch(() => undefined)
          throw error
        }
      }),
    close: () => pool.end(),
  }
}
