/**
 * Domains in the ledger: phase, owner, terms, hold.
 *
 * @module
 */
import type { Phase, Side } from '@matapalo/core'
import type { DbRow, Session } from '@matapalo/runtime'
import { fromJson, isoTime, toJson } from './json.ts'

export type BackfillState = 'none' | 'running' | 'paused' | 'complete'

export interface Domain {
  readonly name: string
  readonly phase: Phase
  readonly owner: Side
  /** Last term given to an attempt or an undo. */
  readonly term: number
  /** Term of the ownership in force: what owner markers and applier states carry. */
  readonly ownerTerm: number
  readonly fenceSeq: number
  readonly hold: boolean
  readonly backfill: BackfillState
  readonly backfillDetail: BackfillDetail | null
  readonly prepared: boolean
  /** Why nobody may transfer it until a person decides; null: free. */
  readonly frozen: string | null
  readonly manifestVersion: number
  readonly transferId: number | null
  /** Of comparing answers; 0: nothing was ever compared. */
  readonly parityRound: number
  /** When the round began; ISO, UTC. */
  readonly paritySince: string | null
  /** Share of reads that are copied while it is in shadow or canary, 0 to 1. */
  readonly shadowRate: number
  /** Share of subjects that the other side serves while it is in canary, 0 to 1. */
  readonly canaryShare: number | null
}

/** What the backfill has done so far. */
export interface BackfillDetail {
  readonly startedAt?: string
  readonly finishedAt?: string
  readonly rows?: number
  readonly error?: string
  readonly [key: string]: unknown
}

type Reader = Pick<Session, 'query'>
type Writer = Pick<Session, 'execute'>

const fromRow = (row: DbRow): Domain => ({
  name: String(row.name),
  // ENUM columns: the database holds nothing else.
  phase: row.phase as Phase,
  owner: row.owner as Side,
  term: Number(row.term),
  ownerTerm: Number(row.owner_term),
  fenceSeq: Number(row.fence_seq),
  hold: Number(row.hold) === 1,
  backfill: row.backfill as BackfillState,
  backfillDetail: fromJson<BackfillDetail>(row.backfill_detail),
  prepared: row.prepared_at !== null,
  frozen: row.frozen === null ? null : String(row.frozen),
  manifestVersion: Number(row.manifest_version),
  transferId: row.transfer_id === null ? null : Number(row.transfer_id),
  parityRound: Number(row.parity_round),
  paritySince: isoTime(row.parity_since ?? null),
  shadowRate: Number(row.shadow_rate),
  canaryShare: row.canary_share === null ? null : Number(row.canary_share),
})

export async function readDomains(db: Reader): Promise<readonly Domain[]> {
  return (await db.query('SELECT * FROM domain ORDER BY name')).map(fromRow)
}

export interface DomainsAndEpoch {
  readonly domains: readonly Domain[]
  readonly epoch: number
}

/** All domains and the epoch in force, as of one moment. */
export async function readDomainsAndEpoch(db: Reader): Promise<DomainsAndEpoch> {
  const rows = await db.query(
    'SELECT d.*, (SELECT MAX(epoch) FROM route_table) AS epoch FROM domain d ORDER BY d.name',
  )
  return { domains: rows.map(fromRow), epoch: Number(rows[0]?.epoch ?? 0) }
}

export async function readDomain(db: Reader, name: string): Promise<Domain | null> {
  const [row] = await db.query('SELECT * FROM domain WHERE name = ?', [name])
  return row === undefined ? null : fromRow(row)
}

/** A domain begins with the monolith as its owner, at term 1. */
export async function insertDomain(db: Writer, name: string, version: number): Promise<void> {
  await db.execute(
    `INSERT INTO domain (name, phase, owner, term, owner_term, fence_seq, manifest_version)
     VALUES (?, 'registered', 'monolith', 1, 1, 1, ?)
     ON DUPLICATE KEY UPDATE manifest_version = VALUES(manifest_version)`,
    [name, version],
  )
}

export async function setBackfill(
  db: Writer,
  name: string,
  state: BackfillState,
  detail: BackfillDetail,
): Promise<void> {
  await db.execute('UPDATE domain SET backfill = ?, backfill_detail = ? WHERE name = ?', [
    state,
    toJson(detail),
    name,
  ])
}

/** Compare-and-set; false: the domain was in another phase, or moving. */
export async function movePhase(
  db: Writer,
  name: string,
  from: readonly Phase[],
  to: Phase,
): Promise<boolean> {
  const { affectedRows } = await db.execute(
    `UPDATE domain SET phase = ? WHERE name = ? AND transfer_id IS NULL
     AND phase IN (${from.map(() => '?').join(', ')})`,
    [to, name, ...from],
  )
  return affectedRows === 1
}

export async function setPrepared(db: Writer, name: string): Promise<void> {
  await db.execute('UPDATE domain SET prepared_at = NOW(6) WHERE name = ?', [name])
}

export async function freeze(db: Writer, name: string, why: string | null): Promise<void> {
  await db.execute('UPDATE domain SET frozen = ? WHERE name = ?', [why, name])
}
