/** The statement digests of a server since a moment, with what keeps them from being complete. */
import type { Db } from '@matapalo/runtime'
import { isoTime } from '../ledger/json.ts'
import type { Digest, DigestLog } from './digests.ts'

/** @param since ISO 8601 */
export async function digestsSince(db: Pick<Db, 'query'>, since: string): Promise<DigestLog> {
  const off = { on: false, since, digests: [] }
  const [variable] = await db.query("SHOW GLOBAL VARIABLES LIKE 'performance_schema'")
  if (String(variable?.Value).toUpperCase() !== 'ON') return off
  const [consumer] = await db.query(
    "SELECT ENABLED FROM performance_schema.setup_consumers WHERE NAME = 'statements_digest'",
  )
  if (consumer?.ENABLED !== 'YES') return off
  const [blind] = await db.query(
    `SELECT (SELECT COUNT(*) FROM performance_schema.setup_instruments
              WHERE NAME LIKE 'statement/sql/%' AND ENABLED <> 'YES')
          + (SELECT COUNT(*) FROM performance_schema.threads
              WHERE TYPE = 'FOREGROUND' AND INSTRUMENTED <> 'YES') AS n`,
  )
  if (Number(blind?.n ?? 1) > 0) return off
  // LAST_SEEN has whole seconds: what is a moment too early is told rather than missed.
  const from = Math.floor(Date.parse(since) / 1000)
  const [started] = await db.query(
    `SELECT UTC_TIMESTAMP(6) - INTERVAL VARIABLE_VALUE SECOND AS at
     FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = 'UPTIME'`,
  )
  const rows = await db.query(
    `SELECT SCHEMA_NAME AS sch, DIGEST_TEXT AS text,
            CONVERT_TZ(LAST_SEEN, @@session.time_zone, '+00:00') AS last
     FROM performance_schema.events_statements_summary_by_digest
     WHERE UNIX_TIMESTAMP(LAST_SEEN) >= ?`,
    [from],
  )
  const upSince = isoTime(started?.at) ?? since
  return {
    on: true,
    since: upSince > since ? upSince : since,
    digests: rows.map(
      (row): Digest => ({
        schema: row.sch === null ? null : String(row.sch),
        text: row.text === null ? null : String(row.text),
        lastSeen: isoTime(row.last) ?? since,
      }),
    ),
  }
}
