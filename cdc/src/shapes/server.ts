/**
 * A server's identity and the settings that a change feed stands on.
 *
 * @module
 */
import type { Db } from '@matapalo/runtime'

export interface ServerFacts {
  readonly version: string
  readonly serverId: number
  /** host:port as the server itself knows it, to tell one server from another. */
  readonly identity: string
  readonly logBin: boolean
  readonly binlogFormat: string
  readonly binlogRowImage: string
  readonly binlogRowMetadata: string
  readonly annotateRows: boolean
  readonly gtidStrict: boolean
  /** 0: binary logs are never removed. */
  readonly binlogRetentionSeconds: number
  readonly timeZone: string
  readonly snapshotIsolation: boolean
  /** A Galera cluster: a share-locked row is no global fence there. */
  readonly galera: boolean
  /** 3000 or so with the zone tables loaded. */
  readonly namedZones: boolean
  readonly performanceSchema: boolean
}

const names = [
  'version',
  'server_id',
  'hostname',
  'port',
  'log_bin',
  'binlog_format',
  'binlog_row_image',
  'binlog_row_metadata',
  'binlog_annotate_row_events',
  'gtid_strict_mode',
  'binlog_expire_logs_seconds',
  'expire_logs_days',
  'time_zone',
  'innodb_snapshot_isolation',
  'wsrep_on',
  'performance_schema',
]

export async function loadServer(db: Pick<Db, 'query'>): Promise<ServerFacts> {
  const rows = await db.query(
    `SHOW GLOBAL VARIABLES WHERE Variable_name IN (${names.map(() => '?').join(', ')})`,
    names,
  )
  const values = new Map(rows.map((row) => [String(row.Variable_name), String(row.Value)]))
  const value = (name: string): string => values.get(name) ?? ''
  const on = (name: string): boolean => value(name) === 'ON' || value(name) === '1'
  const [zone] = await db.query(
    "SELECT CONVERT_TZ('2026-01-01 12:00:00', 'UTC', 'America/Bogota') AS probe",
  )
  return {
    version: value('version'),
    serverId: Number(value('server_id')),
    identity: `${value('hostname')}:${value('port')}#${value('server_id')}`,
    logBin: on('log_bin'),
    binlogFormat: value('binlog_format'),
    binlogRowImage: value('binlog_row_image'),
    binlogRowMetadata: value('binlog_row_metadata'),
    annotateRows: on('binlog_annotate_row_events'),
    gtidStrict: on('gtid_strict_mode'),
    // Servers before MariaDB 10.6 and MySQL 8.0 know days only.
    binlogRetentionSeconds: Number(
      value('binlog_expire_logs_seconds') || Number(value('expire_logs_days')) * 86_400,
    ),
    timeZone: value('time_zone'),
    snapshotIsolation: on('innodb_snapshot_isolation'),
    galera: on('wsrep_on'),
    namedZones: zone?.probe !== null && zone?.probe !== undefined,
    performanceSchema: on('performance_schema'),
  }
}

/** Prepared XA transactions: rows are in the binlog already, and a fence waits for them for ever. */
export async function preparedXa(db: Pick<Db, 'query'>): Promise<readonly string[]> {
  const rows = await db.query('XA RECOVER')
  return rows.map((row) => String(row.data))
}

/** `XA START` statements since the counters began; 0 says that nobody uses XA. */
export async function xaStarts(db: Pick<Db, 'query'>): Promise<number> {
  const rows = await db.query("SHOW GLOBAL STATUS LIKE 'Com_xa_start'")
  return Number(rows[0]?.Value ?? 0)
}

/** Sessions that hold a global read lock or run a backup stage: a fence's UPDATE waits for them. */
export async function backupsRunning(db: Pick<Db, 'query'>): Promise<readonly number[]> {
  const rows = await db.query(
    `SELECT ID AS id FROM information_schema.PROCESSLIST
     WHERE INFO LIKE 'BACKUP STAGE%' OR INFO LIKE 'FLUSH TABLES WITH READ LOCK%'
        OR STATE LIKE '%global read lock%' OR STATE LIKE '%backup lock%'`,
  )
  return rows.map((row) => Number(row.id))
}

/**
 * Rows that each account has inserted, changed or deleted since the server started, in any schema.
 *
 * @returns null when `performance_schema` is off: nothing is known, which is not nothing
 */
export async function rowsWritten(
  db: Pick<Db, 'query'>,
): Promise<Readonly<Record<string, number>> | null> {
  const [on] = await db.query('SELECT @@performance_schema AS value')
  if (Number(on?.value) !== 1) return null
  const rows = await db.query(
    `SELECT USER AS account, SUM(SUM_ROWS_AFFECTED) AS n
     FROM performance_schema.events_statements_summary_by_account_by_event_name
     WHERE USER IS NOT NULL GROUP BY USER`,
  )
  return Object.fromEntries(rows.map((row) => [String(row.account), Number(row.n)]))
}
