/**
 * The applier's own row in the target: read under lock at the start of each transaction, advanced in
 * it, so that rows and position commit together.
 *
 * @module
 */
import { type ApplierMode, type Direction, MatapaloError } from '@matapalo/core'
import type { DbRow, Session } from '@matapalo/runtime'
import { fenceTable, quoteText, toolkitTable } from '../names.ts'

/** Another process holds the row now, or somebody changed it: what we know is stale. */
export class ClaimLost extends MatapaloError {
  readonly code = 'MATAPALO_CLAIM_LOST'
  override readonly retryable = true

  constructor(domain: string, direction: Direction, fact: string) {
    super(`${domain}/${direction}: ${fact}; this applier starts again from the stored offset`)
  }
}

/** The target's fence is open, or at another term: this side may not be written by us. */
export class FenceRefuses extends MatapaloError {
  readonly code = 'MATAPALO_FENCE_REFUSES_APPLIER'
  override readonly retryable = true

  constructor(domain: string, direction: Direction, term: number) {
    super(
      `${domain}/${direction}: the target's fence is not closed at term ${term}; run: matapalo status ${domain}`,
    )
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

/** What the compound statements below signal. */
const claimLost = '45001'
const fenceRefuses = '45002'

const signal = (state: string): string =>
  `SIGNAL SQLSTATE '${state}' SET MESSAGE_TEXT = 'matapalo: applier refused'`

/** `own` and `known` as a condition; numbers and texts of ours only. */
const ownRow = ({ domain, direction, claim }: StateRow, known: Standing): string =>
  `domain = ${quoteText(domain)} AND direction = ${quoteText(direction)}
   AND claim = ${quoteText(claim)} AND kafka_offset = ${known.offset}`

/**
 * Begins a transaction: locks the state row if it is still what this process knows, and, to apply,
 * share-locks the fence and lets this session's rows pass it. One statement, since each trip to the
 * server is lag.
 *
 * @throws ClaimLost, FenceRefuses: the transaction is open all the same
 */
export async function beginOwn(session: Session, own: StateRow, known: Standing): Promise<void> {
  const fence =
    known.mode === 'audit'
      ? ''
      : `SELECT COUNT(*) INTO found FROM ${fenceTable(own.domain)}
           WHERE id = 1 AND closed <> 0 AND term = ${known.term} LOCK IN SHARE MODE;
         IF found = 0 THEN ${signal(fenceRefuses)}; END IF;
         SET @matapalo_checked = ${quoteText(own.domain)};`
  await told(
    session.execute(`BEGIN NOT ATOMIC
      DECLARE found INT DEFAULT 0;
      START TRANSACTION;
      SELECT COUNT(*) INTO found FROM ${table} WHERE ${ownRow(own, known)}
        AND term = ${known.term} AND mode = ${quoteText(known.mode)} FOR UPDATE;
      IF found = 0 THEN ${signal(claimLost)}; END IF;
      ${fence}
    END`),
    own,
    known,
  )
}

/** Advances the standing and commits, in one statement. */
export async function commitOwn(
  session: Session,
  own: StateRow,
  known: Standing,
  next: Standing,
  counted: Counted,
): Promise<void> {
  await told(
    session.execute(`BEGIN NOT ATOMIC
      ${advanceSql(own, known, next, counted)};
      IF ROW_COUNT() <> 1 THEN ${signal(claimLost)}; END IF;
      SET @matapalo_checked = NULL;
      COMMIT;
    END`),
    own,
    known,
  )
}

async function told(done: Promise<unknown>, own: StateRow, known: Standing): Promise<void> {
  try {
    await done
  } catch (error) {
    const state = (error as { sqlState?: unknown } | null)?.sqlState
    if (state === claimLost) {
      throw new ClaimLost(own.domain, own.direction, 'another process has or changed the state row')
    }
    if (state === fenceRefuses) throw new FenceRefuses(own.domain, own.direction, known.term)
    throw error
  }
}

const orNull = (text: string | null): string => (text === null ? 'NULL' : quoteText(text))

const advanceSql = (own: StateRow, known: Standing, next: Standing, counted: Counted): string =>
  `UPDATE ${table} SET mode = ${quoteText(next.mode)}, term = ${next.term}, token = ${next.token},
     topic_id = ${orNull(next.topicId)}, kafka_offset = ${next.offset},
     generation = ${orNull(next.generation)}, position = ${orNull(next.position)},
     applied = applied + ${counted.applied}, rogue = rogue + ${counted.rogue},
     snapshot_rows = snapshot_rows + ${counted.snapshotRows}, status = 'running', reason = NULL,
     claim_at = NOW(6), updated_at = NOW(6)
   WHERE ${ownRow(own, known)}`

/** The same without a transaction around it: where there is nothing but markers. */
export async function advance(
  session: Session,
  own: StateRow,
  known: Standing,
  next: Standing,
  counted: Counted,
): Promise<void> {
  const result = await session.execute(advanceSql(own, known, next, counted))
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
