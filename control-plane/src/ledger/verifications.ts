/**
 * Verifications in the ledger. The last clean one per domain and direction says from which offset of
 * the topic on changed keys must be compared again.
 *
 * @module
 */
import type { Direction } from '@matapalo/core'
import type { DbRow, Session } from '@matapalo/runtime'
import { fromJson, isoTime, toJson } from './json.ts'

export type VerificationOutcome = 'clean' | 'different' | 'undecided'

export interface Verification {
  readonly id: number
  readonly domain: string
  readonly direction: Direction
  /** `full`, or `transfer`: the keys that a transfer compared, on top of the clean one before it. */
  readonly kind: 'full' | 'transfer'
  readonly startedAt: string
  readonly finishedAt: string | null
  readonly outcome: VerificationOutcome | null
  readonly rows: number
  readonly chunks: number
  readonly differences: number
  /** Offset in the topic of `direction` at or before which everything is compared; a decimal. */
  readonly cleanOffset: string | null
  readonly detail: unknown
  /** Seconds since it ended, by the ledger's clock. */
  readonly ageSeconds: number | null
}

const fromRow = (row: DbRow): Verification => ({
  id: Number(row.id),
  domain: String(row.domain),
  // Columns that only `insertVerification` fills.
  direction: row.direction as Direction,
  kind: row.kind as Verification['kind'],
  startedAt: isoTime(row.started_at) ?? '',
  finishedAt: isoTime(row.finished_at),
  outcome: row.outcome as VerificationOutcome | null,
  rows: Number(row.rows ?? 0),
  chunks: Number(row.chunks ?? 0),
  differences: Number(row.differences ?? 0),
  cleanOffset: row.clean_offset === null ? null : String(row.clean_offset),
  detail: fromJson<unknown>(row.detail),
  ageSeconds: row.age === null ? null : Number(row.age),
})

const select = `SELECT *, TIMESTAMPDIFF(SECOND, finished_at, NOW(6)) AS age FROM verification`

export async function lastVerification(
  db: Pick<Session, 'query'>,
  domain: string,
  direction: Direction,
): Promise<Verification | null> {
  const [row] = await db.query(
    `${select} WHERE domain = ? AND direction = ? AND finished_at IS NOT NULL ORDER BY id DESC LIMIT 1`,
    [domain, direction],
  )
  return row === undefined ? null : fromRow(row)
}

export interface NewVerification {
  readonly domain: string
  readonly direction: Direction
  readonly kind: Verification['kind']
  readonly startedAt: Date
  readonly outcome: VerificationOutcome
  readonly rows: number
  readonly chunks: number
  readonly differences: number
  readonly cleanOffset: string | null
  readonly detail: unknown
}

export async function insertVerification(
  db: Pick<Session, 'execute'>,
  one: NewVerification,
): Promise<void> {
  await db.execute(
    `INSERT INTO verification (domain, direction, kind, started_at, finished_at, outcome, \`rows\`,
       chunks, differences, clean_offset, detail) VALUES (?, ?, ?, ?, NOW(6), ?, ?, ?, ?, ?, ?)`,
    [
      one.domain,
      one.direction,
      one.kind,
      one.startedAt.toISOString().slice(0, 23).replace('T', ' '),
      one.outcome,
      one.rows,
      one.chunks,
      one.differences,
      one.cleanOffset,
      toJson(one.detail),
    ],
  )
}
