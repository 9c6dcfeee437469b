/**
 * The sessions that an applier writes with, and what their errors mean.
 *
 * @module
 */
import { MatapaloError } from '@matapalo/core'
import { type Db, openDb, type Session, serverErrorNumber } from '@matapalo/runtime'
import { originSettings } from '../names.ts'

/**
 * Strict, so that a value that does not fit is refused and not cut; 0 is a value, not "next id"; no
 * foreign key checks, since a child may stream in before its parent's snapshot row (verification
 * looks for orphans); tagged, so that the feed back knows its echo; no gap locks.
 */
const settings: readonly string[] = [
  ...originSettings,
  `SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_AUTO_VALUE_ON_ZERO'`,
  'SET SESSION foreign_key_checks = 0, SESSION unique_checks = 1',
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  'SET SESSION innodb_lock_wait_timeout = 10',
  // A stopped process gives its locks back by itself; a living one speaks every half second.
  'SET SESSION idle_transaction_timeout = 10',
]

/** @param appliers how many dedicated connections will be asked for */
export const openApplierDb = (url: URL, appliers: number): Db =>
  openDb({ url, poolSize: appliers, onConnect: settings })

const accessDenied = 1227

/**
 * Keeps our multi-row statements out of the binlog's annotations: a feed with `include.query` repeats
 * the whole text in the event of each row. Needs BINLOG ADMIN, and is done without where that is not
 * granted.
 */
export async function withoutAnnotations(session: Session): Promise<void> {
  try {
    await session.execute('SET SESSION binlog_annotate_row_events = OFF')
  } catch (error) {
    if (serverErrorNumber(error) !== accessDenied) throw error
  }
}

/** Besides SQLSTATE classes 22 (data) and 23 (constraints). */
const rowsFault = new Set([
  1048, // NULL in a NOT NULL column
  1265, // data truncated
  1364, // no default
  1366, // incorrect value
  1690, // out of range
  4025, // CHECK constraint
])

/** True: the row is at fault, trying the same again is useless. */
export function isRowsFault(error: unknown): boolean {
  const number = serverErrorNumber(error)
  if (number === undefined) return false
  const state = (error as { sqlState?: unknown }).sqlState
  return rowsFault.has(number) || (typeof state === 'string' && /^2[23]/.test(state))
}

/** For logs: the driver's errors carry the statement, and MariaDB's messages quote values. */
export function errorFields(error: unknown): { readonly code: string; readonly fact?: string } {
  if (error instanceof MatapaloError) return { code: error.code, fact: error.message }
  const number = serverErrorNumber(error)
  if (number !== undefined && number > 0) return { code: `MARIADB_${number}` }
  const code = (error as { code?: unknown } | null)?.code
  if (typeof code === 'string') return { code }
  return {
    code: 'MATAPALO_APPLIER_FAILED',
    fact: error instanceof Error ? (error.stack ?? '') : '',
  }
}
