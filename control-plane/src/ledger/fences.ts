/**
 * What each fence should say. Written before the fence itself is, in the transaction that gives out
 * the `seq`, so that the reconciler can tell a fence that is behind from one that is ahead.
 *
 * @module
 */
import type { Act, Side, StepName } from '@matapalo/core'
import type { Session } from '@matapalo/runtime'
import type { Write } from './batch.ts'

export interface FenceIntent {
  readonly domain: string
  readonly side: Side
  readonly closed: boolean
  readonly seq: number
  readonly term: number
}

export async function readIntents(db: Pick<Session, 'query'>): Promise<readonly FenceIntent[]> {
  const rows = await db.query('SELECT * FROM fence ORDER BY domain, side')
  return rows.map((row) => ({
    domain: String(row.domain),
    // An ENUM column of exactly the two sides.
    side: row.side as Side,
    closed: Number(row.closed) === 1,
    seq: Number(row.seq),
    term: Number(row.term),
  }))
}

export async function intend(
  db: Pick<Session, 'execute'>,
  intents: readonly FenceIntent[],
): Promise<void> {
  if (intents.length === 0) return
  const { sql, params } = intention(intents)
  await db.execute(sql, params)
}

export function intention(intents: readonly FenceIntent[]): Write {
  const values = intents.flatMap(({ domain, side, closed, seq, term }) => [
    domain,
    side,
    closed,
    seq,
    term,
  ])
  const sql = `INSERT INTO fence (domain, side, closed, seq, term)
     VALUES ${intents.map(() => '(?, ?, ?, ?, ?)').join(', ')}
     ON DUPLICATE KEY UPDATE closed = VALUES(closed), seq = VALUES(seq), term = VALUES(term)`
  return { sql, params: values }
}

/** The fence that a turn of a transfer writes, if it writes one. */
export function fenceOfTurn(
  step: StepName,
  act: Act,
  from: Side,
  to: Side,
): { readonly side: Side; readonly closed: boolean } | null {
  if (step === 'fenceSource') return { side: from, closed: act === 'do' }
  if (step === 'openTarget') return { side: to, closed: false }
  return null
}
