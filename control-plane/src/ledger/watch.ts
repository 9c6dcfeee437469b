/**
 * What was seen of the databases since a domain was prepared: how far the binary logs have been
 * read, the owned tables' shapes, counters to compare with, and transactions that span domains.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import type { BinlogPlace } from '@matapalo/cdc/shapes'
import type { Side, TableShape } from '@matapalo/core'
import type { Session } from '@matapalo/runtime'
import { fromJson, isoTime, toJson } from './json.ts'

type Reader = Pick<Session, 'query'>
type Writer = Pick<Session, 'execute'>

/** Read up to here. */
export interface Watched extends BinlogPlace {
  /** When something was last left out, ISO 8601; null: never. */
  readonly gapAt: string | null
}

export async function readWatched(db: Reader, side: Side): Promise<Watched | null> {
  const [row] = await db.query('SELECT file, pos, gap_at FROM binlog_watch WHERE side = ?', [side])
  if (row === undefined) return null
  return { file: String(row.file), pos: String(row.pos), gapAt: isoTime(row.gap_at) }
}

export async function writeWatched(
  db: Writer,
  side: Side,
  { file, pos }: BinlogPlace,
  gap: boolean,
): Promise<void> {
  await db.execute(
    `INSERT INTO binlog_watch (side, file, pos, gap_at) VALUES (?, ?, ?, IF(?, NOW(6), NULL))
     ON DUPLICATE KEY UPDATE file = VALUES(file), pos = VALUES(pos),
       gap_at = COALESCE(VALUES(gap_at), gap_at), read_at = NOW(6)`,
    [side, file, pos, gap],
  )
}

/** Since the server started; they begin anew when it does. */
export interface ServerCounters {
  readonly xaStarts: number
  /** Rows written, by account; null: the server does not say. */
  readonly rowsWritten: Readonly<Record<string, number>> | null
}

export interface Observation {
  /** ISO 8601. */
  readonly since: string
  /** By the ledger's clock. */
  readonly ageMs: number
  readonly shapes: readonly TableShape[]
  readonly counters: ServerCounters
}

export async function readObservation(
  db: Reader,
  domain: string,
  side: Side,
): Promise<Observation | null> {
  const [row] = await db.query(
    `SELECT since, shapes, counters, TIMESTAMPDIFF(MICROSECOND, since, NOW(6)) AS age_us
     FROM observation WHERE domain = ? AND side = ?`,
    [domain, side],
  )
  const shapes = fromJson<readonly TableShape[]>(row?.shapes)
  const counters = fromJson<ServerCounters>(row?.counters)
  if (row === undefined || shapes === null || counters === null) return null
  return {
    since: isoTime(row.since) ?? '',
    ageMs: Number(row.age_us) / 1000,
    shapes,
    counters,
  }
}

/** Begins anew: what was seen before is forgotten. */
export async function beginObservation(
  db: Writer,
  domain: string,
  side: Side,
  { shapes, counters }: Pick<Observation, 'shapes' | 'counters'>,
): Promise<void> {
  await db.execute('DELETE FROM spanning WHERE domain = ? AND side = ?', [domain, side])
  await db.execute(
    `INSERT INTO observation (domain, side, shapes, counters) VALUES (?, ?, ?, ?)
     ON DUPLICATE KEY UPDATE since = NOW(6), shapes = VALUES(shapes), counters = VALUES(counters)`,
    [domain, side, toJson(shapes), toJson(counters)],
  )
}

/** Transactions that wrote the same set of tables. */
export interface Spanning {
  /** `schema.table`, sorted. */
  readonly tables: readonly string[]
  /** Without values. */
  readonly statement: string | null
  readonly seen: number
}

export async function readSpanning(
  db: Reader,
  domain: string,
  side: Side,
): Promise<readonly Spanning[]> {
  const rows = await db.query(
    'SELECT tables, statement, seen FROM spanning WHERE domain = ? AND side = ? ORDER BY last_at DESC',
    [domain, side],
  )
  return rows.map((row) => ({
    tables: fromJson<readonly string[]>(row.tables) ?? [],
    statement: row.statement === null ? null : String(row.statement),
    seen: Number(row.seen),
  }))
}

export async function noteSpanning(
  db: Writer,
  domain: string,
  side: Side,
  { tables, statement, seen }: Spanning,
): Promise<void> {
  const text = toJson(tables)
  const digest = createHash('md5').update(text).digest('hex')
  await db.execute(
    `INSERT INTO spanning (domain, side, digest, tables, statement, seen) VALUES (?, ?, ?, ?, ?, ?)
     ON DUPLICATE KEY UPDATE seen = seen + VALUES(seen), statement = VALUES(statement), last_at = NOW(6)`,
    [domain, side, digest, text, statement, seen],
  )
}
