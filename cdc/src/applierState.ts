/**
 * Reading where an applier stands: one row in the *target's* server, per domain and direction,
 * committed together with the rows that were applied. The applier writes it; everybody else reads.
 *
 * @module
 */
import type { ApplierMode, Direction } from '@matapalo/core'
import type { Db, DbRow } from '@matapalo/runtime'
import { toolkitTable } from './names.ts'

export type ApplierStatus = 'starting' | 'running' | 'stopped' | 'quarantined'

export interface ApplierState {
  readonly domain: string
  readonly direction: Direction
  readonly mode: ApplierMode
  readonly term: number
  /** The last marker of the source that is applied, with everything before it. */
  readonly token: bigint
  readonly topicId: string | null
  /** Next Kafka offset to read. */
  readonly offset: bigint
  /** Of the source's marker row. */
  readonly generation: string | null
  /** Opaque place in the source's binlog. */
  readonly position: string | null
  readonly rogue: bigint
  readonly applied: bigint
  readonly snapshotRows: bigint
  readonly status: ApplierStatus
  readonly reason: string | null
  /** Age of the last commit by the server's clock; null before the first. */
  readonly ageMs: number | null
}

const big = (value: DbRow[string] | undefined): bigint => BigInt(String(value ?? 0))
const textOrNull = (value: DbRow[string] | undefined): string | null =>
  value === null || value === undefined ? null : String(value)

const fromRow = (row: DbRow): ApplierState => ({
  domain: String(row.domain),
  // ENUM columns: the database holds nothing else.
  direction: row.direction as Direction,
  mode: row.mode as ApplierMode,
  term: Number(row.term),
  token: big(row.token),
  topicId: textOrNull(row.topic_id),
  offset: big(row.kafka_offset),
  generation: textOrNull(row.generation),
  position: textOrNull(row.position),
  rogue: big(row.rogue),
  applied: big(row.applied),
  snapshotRows: big(row.snapshot_rows),
  status: row.status as ApplierStatus,
  reason: textOrNull(row.reason),
  ageMs: row.age_us === null ? null : Number(row.age_us) / 1000,
})

const columns = `domain, direction, mode, term, token, topic_id, kafka_offset, generation, position,
  rogue, applied, snapshot_rows, status, reason, TIMESTAMPDIFF(MICROSECOND, updated_at, NOW(6)) AS age_us`

/** @param targetDb the server that the feed of this direction writes */
export async function readApplierState(
  targetDb: Pick<Db, 'query'>,
  domain: string,
  direction: Direction,
): Promise<ApplierState | null> {
  const [row] = await targetDb.query(
    `SELECT ${columns} FROM ${toolkitTable('applier_state')} WHERE domain = ? AND direction = ?`,
    [domain, direction],
  )
  return row === undefined ? null : fromRow(row)
}

export async function readApplierStates(targetDb: Pick<Db, 'query'>): Promise<ApplierState[]> {
  const rows = await targetDb.query(
    `SELECT ${columns} FROM ${toolkitTable('applier_state')} ORDER BY domain, direction`,
  )
  return rows.map(fromRow)
}
