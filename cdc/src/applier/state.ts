/**
 * The applier's own row in the target: read under lock at the start of each transaction, advanced in
 * it, so that rows and position commit together.
 *
 * @module
 */
import { type ApplierMode, type Direction, MatapaloError } from '@matapalo/core'
import type { DbRow, Session } from '@matapalo/runtime'
import { toolkitTable } from '../names.ts'

/** Another process holds the row now, or somebody changed it: what we know is stale. */
export class ClaimLost extends MatapaloError {
  readonly code = 'MATAPALO_CLAIM_LOST'
  override readonly retryable = true

  constructor(domain: string, direction: Direction, fact: string) {
    super(`${domain}/${direction}: ${fact}; this applier starts again from the stored offset`)
  }
}

export interface Standing {
  readonly mode: ApplierMode
  readonly term: number
  readonly token: bigint
  readonly topicId: string | null
  readonly offset: bigint
  readonly generation: string | null
  readonly position: string | null
}

/** What one transaction adds to the counters. */
export interface Counted {
  readonly applied: number
  readonly rogue: number
  readonly snapshotRows: number
}

export interface StateRow {
  readonly domain: string
  readonly direction: Direction
  readonly claim: string
}

const table = toolkitTable('applier_state')
const text = (value: DbRow[string] | undefined): string | null =>
  value === null || value === undefined ? null : String(value)

const standingOf = (row: DbRow): Standing => ({
  mode: row.mode === 'apply' ? 'apply' : 'audit',
  term: Number(row.term),
  token: BigInt(String(row.token)),
  topicId: text(row.topic_id),
  offset: BigInt(String(row.kafka_offset)),
  generation: text(row.generation),
  position: text(row.position),
})

const columns = 'mode, term, token, topic_id, kafka_offset, generation, position, claim, status'

export interface Stored {
  readonly standing: Standing
  readonly claim: string | null
  readonly status: string
}

export async function lockState(
  session: Session,
  domain: string,
  direction: Direction,
): Promise<Stored> {
  const [row] = await session.query(
    `SELECT ${columns} FROM ${table} WHERE domain = ? AND direction = ? FOR UPDATE`,
    [domain, direction],
  )
  if (row === undefined) throw new ClaimLost(domain, direction, 'the state row is gone')
  return { standing: standingOf(row), claim: text(row.claim), status: String(row.status) }
}

/** Locks the row and compares it with what this process believes. */
export async function lockOwn(session: Session, own: StateRow, known: Standing): Promise<void> {
  const { standing, claim } = await lockState(session, own.domain, own.direction)
  if (claim !== own.claim) {
    throw new ClaimLost(own.domain, own.direction, 'another process has the claim')
  }
  if (
    standing.offset !== known.offset ||
    standing.term !== known.term ||
    standing.mode !== known.mode
  ) {
    throw new ClaimLost(own.domain, own.direction, 'the state row was changed by somebody else')
  }
}

/** One UPDATE, conditional on claim and old offset; inside a transaction or by itself. */
export async function advance(
  session: Session,
  own: StateRow,
  known: Standing,
  next: Standing,
  counted: Counted,
): Promise<void> {
  const result = await session.execute(
    `UPDATE ${table} SET mode = ?, term = ?, token = ?, topic_id = ?, kafka_offset = ?,
       generation = ?, position = ?, applied = applied + ?, rogue = rogue + ?,
       snapshot_rows = snapshot_rows + ?, status = 'running', reason = NULL,
       claim_at = NOW(6), updated_at = NOW(6)
     WHERE domain = ? AND direction = ? AND claim = ? AND kafka_offset = ?`,
    [
      next.mode,
      next.term,
      next.token,
      next.topicId,
      next.offset,
      next.generation,
      next.position,
      counted.applied,
      counted.rogue,
      counted.snapshotRows,
      own.domain,
      own.direction,
      own.claim,
      known.offset,
    ],
  )
  if (result.affectedRows !== 1) {
    throw new ClaimLost(own.domain, own.direction, 'another process has the claim')
  }
}

export async function setStatus(
  session: Session,
  own: StateRow,
  status: 'starting' | 'running' | 'stopped' | 'quarantined',
  reason: string | null,
): Promise<void> {
  await session.execute(
    `UPDATE ${table} SET status = ?, reason = ?, updated_at = NOW(6)
     WHERE domain = ? AND direction = ? AND claim = ?`,
    [status, reason, own.domain, own.direction, own.claim],
  )
}
