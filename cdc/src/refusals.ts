/**
 * What was refused at a side that does not own a domain, by the fence's triggers (error 1644) or for
 * want of a privilege that was taken after a transfer (1142), with account and statement, so that
 * `status` can show which forgotten script still writes.
 *
 * Taken from `performance_schema`'s statement history about once a second and kept in
 * `matapalo.refusal`. Rejected: an insert by the trigger itself into an Aria table, which survives the
 * rollback, but whose table lock every statement on the owned table takes for its whole run, refused
 * or not: one writer that waits for a row stopped all others (measured, MariaDB 10.11).
 *
 * @module
 */
import type { Db, DbRow } from '@matapalo/runtime'
import type { FencedTables } from './fence/triggers.ts'
import { toolkitTable } from './names.ts'

export interface Refusal {
  readonly table: string
  /** INSERT, UPDATE, DELETE, REPLACE or null. */
  readonly op: string | null
  /** null when the session had ended before it was looked at. */
  readonly account: string | null
  /** Cut at the server's `performance_schema_max_sql_text_length` (1024 by default). */
  readonly statement: string | null
  /** UTC. */
  readonly at: string
}

const consumers = ['events_statements_current', 'events_statements_history_long']

/**
 * Switches the two consumers on, which are off by default. Needs UPDATE on
 * `performance_schema.setup_consumers`, or the same in the server's option file.
 *
 * @returns false when refusals cannot be seen on this server
 */
export async function enableRefusals(db: Db): Promise<boolean> {
  const enabled = async (): Promise<boolean> => {
    const rows = await db.query(
      'SELECT NAME AS name FROM performance_schema.setup_consumers WHERE ENABLED = ? AND NAME IN (?, ?)',
      ['YES', ...consumers],
    )
    return rows.length === consumers.length
  }
  try {
    if (await enabled()) return true
    await db.execute(
      "UPDATE performance_schema.setup_consumers SET ENABLED = 'YES' WHERE NAME IN (?, ?)",
      consumers,
    )
    return await enabled()
  } catch {
    return false
  }
}

/** `matapalo: books belongs to domain catalog, …` */
const messagePattern = /^matapalo: (.+?) belongs to domain ([^,]+),/

const opOf = (statement: string): string | null =>
  /^\s*(?:\/\*.*?\*\/\s*)*(insert|update|delete|replace)\b/is.exec(statement)?.[1]?.toUpperCase() ??
  null

const text = (value: DbRow[string] | undefined): string | null =>
  value === null || value === undefined ? null : String(value)

/** `UPDATE command denied to user 'shop'@'localhost' for table `bookshop`.`books``, by version. */
const deniedPattern =
  /^([A-Z, ]+) command denied to user '(.*)'@'(.*)' for table ['`](?:(.+)['`]\.['`])?(.+)['`]$/

type Fenced = Pick<FencedTables, 'domain' | 'schema' | 'tables'>

interface Told {
  readonly domain: string
  readonly table: string
  readonly account: string | null
}

function byTrigger(message: string): Told | null {
  const [, table, domain] = messagePattern.exec(message) ?? []
  return table === undefined || domain === undefined ? null : { domain, table, account: null }
}

/** Whose table it was; null when it is nobody's, or the statement only reads. */
export function byPrivilege(
  message: string,
  schema: string | null,
  fenced: readonly Fenced[],
): Told | null {
  const [, privileges, user, host, named = schema, table] = deniedPattern.exec(message) ?? []
  if (table === undefined || !/INSERT|UPDATE|DELETE/.test(privileges ?? '')) return null
  const owner = fenced.find((one) => one.schema === named && one.tables.includes(table))
  return owner === undefined ? null : { domain: owner.domain, table, account: `${user}@${host}` }
}

/** What each server had refused when its history was last read. */
const refusedBefore = new WeakMap<Db, string>()

/** The server's own counts: SIGNALs, also those inside triggers, and denied statements. */
async function refusedSoFar(db: Db): Promise<string> {
  const rows = await db.query(
    "SHOW GLOBAL STATUS WHERE Variable_name IN ('Com_signal', 'Access_denied_errors')",
  )
  return rows.map((row) => `${row.Variable_name} ${row.Value}`).join(', ')
}

/**
 * Moves new refusals from the history into `matapalo.refusal`.
 *
 * The history is read only when the server has refused something since the last time: its scan costs
 * tens of milliseconds.
 *
 * @param fenced the domains that this server does not own: a table of theirs that was denied is one
 *   that is fenced
 * @returns how many were new
 */
export async function collectRefusals(db: Db, fenced: readonly Fenced[] = []): Promise<number> {
  const now = await refusedSoFar(db)
  if (now !== '' && refusedBefore.get(db) === now) return 0
  // Timers are picoseconds since the server started; this statement's own timer says when "now" is. What
  // is refused while it runs ends after that, and the timers are unsigned.
  const rows = await db.query(
    `SELECT h.THREAD_ID AS thread, h.EVENT_ID AS event, h.SQL_TEXT AS statement,
            h.MYSQL_ERRNO AS error, h.CURRENT_SCHEMA AS current_schema,
            h.MESSAGE_TEXT AS message, t.PROCESSLIST_USER AS user, t.PROCESSLIST_HOST AS host,
            h.TIMER_END AS ended,
            NOW(6) - INTERVAL (IF(h.TIMER_END < me.TIMER_START, me.TIMER_START - h.TIMER_END, 0)
              DIV 1000000) MICROSECOND AS at
     FROM performance_schema.events_statements_history_long h
     LEFT JOIN performance_schema.threads t ON t.THREAD_ID = h.THREAD_ID
     JOIN performance_schema.threads mt ON mt.PROCESSLIST_ID = CONNECTION_ID()
     JOIN performance_schema.events_statements_current me
       ON me.THREAD_ID = mt.THREAD_ID AND me.NESTING_EVENT_ID IS NULL
     WHERE h.NESTING_EVENT_ID IS NULL AND (
       (h.MYSQL_ERRNO = 1644 AND h.MESSAGE_TEXT LIKE 'matapalo: % belongs to domain %')
       OR h.MYSQL_ERRNO = 1142)`,
  )
  let added = 0
  for (const row of rows) {
    const message = String(row.message)
    const told =
      Number(row.error) === 1142
        ? byPrivilege(message, text(row.current_schema), fenced)
        : byTrigger(message)
    if (told === null) continue
    const statement = text(row.statement)
    const account = row.user === null ? told.account : `${row.user}@${row.host ?? '%'}`
    const result = await db.execute(
      `INSERT IGNORE INTO ${toolkitTable('refusal')}
       (domain, table_name, op, account, statement, at, event) VALUES (?, ?, ?, ?, ?, ?, ?)`,
      [
        told.domain,
        told.table,
        statement === null ? null : opOf(statement),
        account,
        statement,
        String(row.at),
        `${row.thread}/${row.event}/${row.ended}`,
      ],
    )
    added += result.affectedRows
  }
  refusedBefore.set(db, now)
  return added
}

/** Newest first. */
export async function readRefusals(
  db: Pick<Db, 'query'>,
  domain: string,
  limit = 20,
): Promise<readonly Refusal[]> {
  const rows = await db.query(
    `SELECT table_name, op, account, statement, at FROM ${toolkitTable('refusal')}
     WHERE domain = ? ORDER BY id DESC LIMIT ?`,
    [domain, limit],
  )
  return rows.map((row) => ({
    table: String(row.table_name),
    op: text(row.op),
    account: text(row.account),
    statement: text(row.statement),
    at: String(row.at),
  }))
}

export async function countRefusals(db: Pick<Db, 'query'>, domain: string): Promise<number> {
  const [row] = await db.query(
    `SELECT COUNT(*) AS n FROM ${toolkitTable('refusal')} WHERE domain = ?`,
    [domain],
  )
  return Number(row?.n ?? 0)
}
