/** The monolith's end: at most one row, and it stays. */
import type { Session } from '@matapalo/runtime'
import { fromJson, isoTime, toJson } from './json.ts'

export interface Retirement {
  readonly actor: string
  readonly reason: string
  /** What was proven, as it was told then. */
  readonly report: Readonly<Record<string, unknown>>
  /** ISO 8601. */
  readonly at: string
}

export async function readRetirement(db: Pick<Session, 'query'>): Promise<Retirement | null> {
  const [row] = await db.query('SELECT * FROM retirement WHERE id = 1')
  if (row === undefined) return null
  return {
    actor: String(row.actor),
    reason: String(row.reason),
    report: fromJson<Record<string, unknown>>(row.report) ?? {},
    at: isoTime(row.at) ?? '',
  }
}

export async function insertRetirement(
  db: Pick<Session, 'execute'>,
  { actor, reason, report }: Omit<Retirement, 'at'>,
): Promise<void> {
  await db.execute(
    'INSERT IGNORE INTO retirement (id, actor, reason, report) VALUES (1, ?, ?, ?)',
    [actor, reason, toJson(report)],
  )
}
