/**
 * Transfers in the ledger: what was asked for, what came of it, and its steps with their times.
 *
 * @module
 */
import type {
  Act,
  Detail,
  ErrorBody,
  JournalEntry,
  Phase,
  StepName,
  TransferKind,
  TransferOutcome,
} from '@matapalo/core'
import type { DbRow, Session } from '@matapalo/runtime'
import { fromJson, isoTime, toJson } from './json.ts'

/** Milliseconds. */
export interface WindowBudgets {
  readonly drainMs: number
  readonly fenceMs: number
  /** catchUp and verifyLast together. */
  readonly catchUpMs: number
}

export interface TransferOptions {
  readonly actor: string
  readonly reason: string
  readonly without: readonly string[]
  readonly budgets: WindowBudgets
  /** Phase of each domain before: what an undo restores. */
  readonly phases: Readonly<Record<string, Phase>>
}

export type TransferState = 'running' | 'completed' | 'unwound' | 'stuck'

export interface TransferStep {
  readonly step: StepName
  readonly act: Act
  readonly state: JournalEntry['state']
  /** Milliseconds; null while it runs. */
  readonly ms: number | null
  readonly detail: Detail | null
}

export interface Transfer {
  readonly id: number
  readonly kind: TransferKind
  readonly domains: readonly string[]
  readonly state: TransferState
  readonly options: TransferOptions
  readonly error: ErrorBody | null
  readonly startedAt: string
  readonly finishedAt: string | null
  /**
   * Milliseconds from the begin of the hold to the end of releaseEdges. One that unwound counts from
   * its first hold to the end of the last one's undo.
   */
  readonly pauseMs: number | null
  readonly steps: readonly TransferStep[]
}

type Reader = Pick<Session, 'query'>

const fromRow = (row: DbRow, steps: readonly TransferStep[]): Transfer => ({
  id: Number(row.id),
  // ENUM columns: the database holds nothing else.
  kind: row.kind as TransferKind,
  domains: fromJson<string[]>(row.domains) ?? [],
  state: row.state as TransferState,
  options: fromJson<TransferOptions>(row.options)!,
  error: fromJson<ErrorBody>(row.error),
  startedAt: isoTime(row.started_at) ?? '',
  finishedAt: isoTime(row.finished_at),
  pauseMs: row.pause_ms === null ? null : Math.round(Number(row.pause_ms) * 10) / 10,
  steps,
})

async function readSteps(db: Reader, id: number): Promise<readonly TransferStep[]> {
  const rows = await db.query(
    `SELECT step, act, state, detail, TIMESTAMPDIFF(MICROSECOND, begun_at, ended_at) AS us
     FROM journal WHERE transfer_id = ? ORDER BY n`,
    [id],
  )
  return rows.map((row) => ({
    step: row.step as StepName,
    act: row.act as Act,
    state: row.state as JournalEntry['state'],
    ms: row.us === null ? null : Number(row.us) / 1000,
    detail: fromJson<Detail>(row.detail),
  }))
}

export async function readTransfer(db: Reader, id: number): Promise<Transfer | null> {
  const [row] = await db.query('SELECT * FROM transfer WHERE id = ?', [id])
  return row === undefined ? null : fromRow(row, await readSteps(db, id))
}

/** Newest first. */
export async function readTransfers(
  db: Reader,
  where: { readonly state?: TransferState; readonly domain?: string },
  limit = 50,
): Promise<readonly Transfer[]> {
  const { state = null, domain = null } = where
  const rows = await db.query(
    `SELECT * FROM transfer WHERE (? IS NULL OR state = ?)
     AND (? IS NULL OR JSON_CONTAINS(domains, JSON_QUOTE(?))) ORDER BY id DESC LIMIT ?`,
    [state, state, domain, domain, limit],
  )
  return Promise.all(rows.map(async (row) => fromRow(row, await readSteps(db, Number(row.id)))))
}

export async function insertTransfer(
  tx: Pick<Session, 'execute'>,
  kind: TransferKind,
  domains: readonly string[],
  options: TransferOptions,
): Promise<number> {
  const { insertId } = await tx.execute(
    `INSERT INTO transfer (kind, domains, state, options) VALUES (?, ?, 'running', ?)`,
    [kind, toJson(domains), toJson(options)],
  )
  return Number(insertId)
}

/** The pause is read off the journal, so that a resumed transfer reports its true length. */
export async function finishTransfer(
  tx: Pick<Session, 'execute'>,
  id: number,
  outcome: TransferOutcome,
  error: ErrorBody | undefined,
): Promise<void> {
  await tx.execute(
    `UPDATE transfer SET state = ?, outcome = ?, error = ?, finished_at = NOW(6), pause_ms = (
       SELECT TIMESTAMPDIFF(MICROSECOND, MIN(hold.begun_at), MAX(lift.ended_at)) / 1000
         - COALESCE(MAX(JSON_VALUE(hold.detail, '$.beforeMs')), 0)
       FROM journal hold JOIN journal lift ON lift.transfer_id = hold.transfer_id
       WHERE hold.transfer_id = ? AND hold.step = 'holdEdges' AND hold.act = 'do'
         AND ((lift.step = 'holdEdges' AND lift.act = 'undo') OR lift.step = 'releaseEdges'))
     WHERE id = ? AND state = 'running'`,
    [outcome, outcome, error === undefined ? null : toJson(error), id, id],
  )
}
