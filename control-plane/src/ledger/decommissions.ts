/**
 * How far a domain's end at the monolith has come, and its turns.
 *
 * @module
 */
import type { DbRow, Session } from '@matapalo/runtime'
import type { Evidence } from '../decommission/evidence.ts'
import { fromJson, isoTime, toJson } from './json.ts'

export type DecommissionState =
  | 'renaming'
  | 'renamed'
  | 'undoing'
  | 'undone'
  | 'dropping'
  | 'dropped'
export type DecommissionAct = 'rename' | 'undo' | 'drop'

export interface Decommission {
  readonly domain: string
  readonly state: DecommissionState
  /** Old name: the name it has until it is dropped. */
  readonly names: Readonly<Record<string, string>>
  /** A view stands under each old name. */
  readonly view: boolean
  /** As it was when a person confirmed the last act. */
  readonly evidence: readonly Evidence[]
  /** Conditions that the person went on without. */
  readonly without: readonly string[]
  readonly actor: string
  readonly reason: string
  /** ISO 8601, when the state was entered. */
  readonly since: string
}

type Reader = Pick<Session, 'query'>
type Writer = Pick<Session, 'execute'>

/** The old tables are not where the manifest says. */
export const isUnderWay = (one: Decommission | null): boolean =>
  one !== null && one.state !== 'undone' && one.state !== 'dropped'

const fromRow = (row: DbRow): Decommission => ({
  domain: String(row.domain),
  // ENUM column: the database holds nothing else.
  state: row.state as DecommissionState,
  ...fromJson<Pick<Decommission, 'names' | 'view' | 'evidence' | 'without'>>(row.detail)!,
  actor: String(row.actor),
  reason: String(row.reason),
  since: isoTime(row.since_at) ?? '',
})

export async function readDecommissions(db: Reader): Promise<readonly Decommission[]> {
  return (await db.query('SELECT * FROM decommission ORDER BY domain')).map(fromRow)
}

export async function readDecommission(db: Reader, domain: string): Promise<Decommission | null> {
  const [row] = await db.query('SELECT * FROM decommission WHERE domain = ?', [domain])
  return row === undefined ? null : fromRow(row)
}

export async function writeDecommission(
  db: Writer,
  { domain, state, names, view, evidence, without, actor, reason }: Omit<Decommission, 'since'>,
): Promise<void> {
  await db.execute(
    `INSERT INTO decommission (domain, state, detail, actor, reason) VALUES (?, ?, ?, ?, ?)
     ON DUPLICATE KEY UPDATE since_at = IF(state = VALUES(state), since_at, NOW(6)),
       state = VALUES(state), detail = VALUES(detail), actor = VALUES(actor), reason = VALUES(reason)`,
    [domain, state, toJson({ names, view, evidence, without }), actor, reason],
  )
}

/** @returns the turn's id */
export async function beginTurn(
  db: Writer,
  domain: string,
  act: DecommissionAct,
  step: string,
): Promise<number> {
  const { insertId } = await db.execute(
    `INSERT INTO decommission_turn (domain, act, step, state) VALUES (?, ?, ?, 'begun')`,
    [domain, act, step],
  )
  return Number(insertId)
}

export async function endTurn(
  db: Writer,
  id: number,
  state: 'done' | 'failed',
  detail: unknown,
): Promise<void> {
  await db.execute(
    'UPDATE decommission_turn SET state = ?, detail = ?, ended_at = NOW(6) WHERE id = ?',
    [state, toJson(detail ?? null), id],
  )
}

export async function readTurns(db: Reader, domain: string) {
  const rows = await db.query('SELECT * FROM decommission_turn WHERE domain = ? ORDER BY id', [
    domain,
  ])
  return rows.map((row) => ({
    act: String(row.act),
    step: String(row.step),
    state: String(row.state),
    detail: fromJson<unknown>(row.detail),
    begunAt: isoTime(row.begun_at),
    endedAt: isoTime(row.ended_at),
  }))
}
