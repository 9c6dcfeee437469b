/** Edges in the ledger: who must acknowledge, and what they did, for conductors and for themselves. */
import type { DbRow, Session } from '@matapalo/runtime'
import { fromJson, isoTime, toJson } from './json.ts'

export interface EdgeRow {
  readonly id: string
  readonly url: string
  readonly ackedEpoch: number
  readonly drainedEpoch: number
  readonly inFlight: Readonly<Record<string, number>>
  readonly seenAt: string
  /** The operator's word that it will not come back by itself. */
  readonly gone: boolean
}

export interface EdgeAck {
  readonly epoch: number
  readonly drained: boolean
  readonly inFlight: Readonly<Record<string, number>>
}

const fromRow = (row: DbRow): EdgeRow => ({
  id: String(row.id),
  url: String(row.url),
  ackedEpoch: Number(row.acked_epoch),
  drainedEpoch: Number(row.drained_epoch),
  inFlight: fromJson<Record<string, number>>(row.in_flight) ?? {},
  seenAt: isoTime(row.seen_at) ?? '',
  gone: Number(row.gone) === 1,
})

export async function readEdges(db: Pick<Session, 'query'>): Promise<readonly EdgeRow[]> {
  return (await db.query('SELECT * FROM edge ORDER BY id')).map(fromRow)
}

/** An edge that connects is not gone. */
export async function registerEdge(
  db: Pick<Session, 'execute'>,
  id: string,
  url: string,
): Promise<void> {
  await db.execute(
    `INSERT INTO edge (id, url, seen_at) VALUES (?, ?, NOW(6))
     ON DUPLICATE KEY UPDATE url = VALUES(url), seen_at = NOW(6), gone = 0`,
    [id, url],
  )
}

/** Epochs only grow, so a late write of an older acknowledgement changes nothing. */
export async function recordAck(
  db: Pick<Session, 'execute'>,
  id: string,
  ack: EdgeAck,
): Promise<void> {
  await db.execute(
    `UPDATE edge SET acked_epoch = GREATEST(acked_epoch, ?),
       drained_epoch = GREATEST(drained_epoch, ?), in_flight = ?, seen_at = NOW(6) WHERE id = ?`,
    [ack.epoch, ack.drained ? ack.epoch : 0, toJson(ack.inFlight), id],
  )
}

/** @returns false when no such edge is registered */
export async function markGone(db: Pick<Session, 'execute'>, id: string): Promise<boolean> {
  const { affectedRows } = await db.execute('UPDATE edge SET gone = 1 WHERE id = ?', [id])
  return affectedRows > 0
}
