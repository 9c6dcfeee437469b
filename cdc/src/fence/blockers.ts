/**
 * Who holds up a fence: the sessions whose open transaction has written to an owned table and does
 * not end. Names, never statements' values.
 *
 * @module
 */
import type { Db } from '@matapalo/runtime'

export interface Blocker {
  readonly connection: number
  readonly account: string
  readonly command: string
  /** How long its transaction has been open. */
  readonly openMs: number
  /** Rows it has changed. */
  readonly rowsChanged: number
}

/** @param waiting connection id of the session that waits (the fence's UPDATE) */
export async function findBlockers(
  db: Pick<Db, 'query'>,
  waiting: number,
): Promise<readonly Blocker[]> {
  const rows = await db.query(
    `SELECT DISTINCT b.trx_mysql_thread_id AS connection, p.USER AS user, p.HOST AS host,
            p.COMMAND AS command, b.trx_rows_modified AS changed,
            TIMESTAMPDIFF(MICROSECOND, b.trx_started, NOW(6)) AS open_us
     FROM information_schema.INNODB_LOCK_WAITS w
     JOIN information_schema.INNODB_TRX r ON r.trx_id = w.requesting_trx_id
     JOIN information_schema.INNODB_TRX b ON b.trx_id = w.blocking_trx_id
     LEFT JOIN information_schema.PROCESSLIST p ON p.ID = b.trx_mysql_thread_id
     WHERE r.trx_mysql_thread_id = ?`,
    [waiting],
  )
  return rows.map((row) => ({
    connection: Number(row.connection),
    // A prepared XA transaction that survived its session belongs to connection 0.
    account: row.user === null ? 'a session that ended (prepared XA?)' : `${row.user}@${row.host}`,
    command: String(row.command ?? '-'),
    openMs: Math.max(0, Math.round(Number(row.open_us) / 1000)),
    rowsChanged: Number(row.changed),
  }))
}

export const describeBlocker = (blocker: Blocker): string =>
  `connection ${blocker.connection} (${blocker.account}, ${blocker.command}, transaction open ` +
  `${blocker.openMs} ms, ${blocker.rowsChanged} rows changed)`
