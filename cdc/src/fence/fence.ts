/**
 * Moving a fence: one conditional UPDATE of one row. It waits for every transaction that has written
 * to an owned table and not yet ended; from its commit on every later write is refused.
 *
 * A killed conductor's statement stays queued in the server and may land later, so every write is
 * conditional on `seq`, which comes from the ledger and only grows.
 *
 * @module
 */
import { MatapaloError } from '@matapalo/core'
import type { Db, Session } from '@matapalo/runtime'
import { fenceTable } from '../names.ts'
import { type Blocker, describeBlocker, findBlockers } from './blockers.ts'
import { type Budget, keepSession, limited, withinBudget } from './retry.ts'

export interface FenceState {
  readonly closed: boolean
  readonly seq: number
  readonly term: number
}

export interface FenceMove extends Budget {
  readonly closed: boolean
  readonly term: number
  readonly seq: number
}

export interface FenceMoved {
  /** True when this call's UPDATE changed the row. */
  readonly changed: boolean
  /**
   * `set`: the row stands as asked at this very seq (also by an earlier try whose answer was lost).
   * `stale`: the row carries this seq or a newer one, with other content: a zombie is refused.
   * `blocked`: the budget ran out; nothing was changed by this call. `missing`: there is no row.
   */
  readonly outcome: 'set' | 'stale' | 'blocked' | 'missing'
  readonly waitedMs: number
  readonly attempts: number
  /** The server has answered every try: none of them can still land. */
  readonly ended: boolean
  /** Those seen while waiting, the last non-empty look. */
  readonly blockers: readonly Blocker[]
  /** As this call wrote it, else as read afterwards; null when blocked or missing. */
  readonly state: FenceState | null
}

/** The fence could not be moved within the budget. Nothing was changed by this attempt. */
export class FenceBlocked extends MatapaloError {
  readonly code = 'MATAPALO_FENCE_BLOCKED'
  override readonly retryable = true
  readonly blockers: readonly Blocker[]
  /** None of its statements can still land: the fence is as it was. */
  readonly ended: boolean

  constructor(
    domain: string,
    waitedMs: number,
    budgetMs: number,
    blockers: readonly Blocker[],
    ended: boolean,
  ) {
    const by = blockers.length > 0 ? blockers.map(describeBlocker).join('; ') : 'unknown sessions'
    super(
      `${domain}: the fence waited ${Math.round(waitedMs)} ms, budget is ${budgetMs} ms; ` +
        `held up by ${by}; run: matapalo explain ${domain}`,
    )
    this.blockers = blockers
    this.ended = ended
  }
}

export async function readFence(db: Pick<Db, 'query'>, domain: string): Promise<FenceState | null> {
  const [row] = await db.query(`SELECT closed, seq, term FROM ${fenceTable(domain)} WHERE id = 1`)
  if (row === undefined) return null
  return { closed: Number(row.closed) !== 0, seq: Number(row.seq), term: Number(row.term) }
}

/** Makes the row at `prepare`, at seq 0, if there is none. */
export async function ensureFence(
  db: Db,
  domain: string,
  initial: { readonly closed: boolean; readonly term: number },
): Promise<void> {
  await db.execute(
    `INSERT IGNORE INTO ${fenceTable(domain)} (id, closed, seq, term) VALUES (1, ?, 0, ?)`,
    [initial.closed, initial.term],
  )
}

/** A first look when it is likely that somebody blocks, then again; costs nothing when quick. */
const lookAfterMs = 60

async function watched<T>(
  db: Db,
  session: Session,
  work: Promise<T>,
  seen: (blockers: readonly Blocker[]) => void,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const look = (): void => {
    timer = setTimeout(() => {
      findBlockers(db, session.threadId).then(
        (blockers) => blockers.length > 0 && seen(blockers),
        () => undefined, // naming blockers is a courtesy; without PROCESS there are none to name
      )
      look()
    }, lookAfterMs)
  }
  look()
  try {
    return await work
  } finally {
    clearTimeout(timer)
  }
}

export async function setFence(db: Db, domain: string, move: FenceMove): Promise<FenceMoved> {
  let blockers: readonly Blocker[] = []
  /** Tries that the server has not answered. */
  let open = 0
  const update = `UPDATE ${fenceTable(domain)} SET closed = ?, term = ?, seq = ? WHERE id = 1 AND seq < ?`
  const done = await withinBudget(move, async (limitMs) => {
    // Until the server has answered, it may still be queued there.
    open += 1
    const tried = await db.session((session) =>
      keepSession(() => {
        const params = [move.closed, move.term, move.seq, move.seq]
        const work = session.execute(limited(limitMs, update), params)
        return watched(db, session, work, (seen) => {
          blockers = seen
        })
      }),
    )
    open -= 1
    if ('waitError' in tried) throw tried.waitError
    return tried.value.affectedRows
  })
  const { waitedMs, attempts } = done
  const told = { waitedMs, attempts, blockers, ended: open === 0 }
  const changed = (done.value ?? 0) > 0
  const { closed, seq, term } = move
  // What this call has just written needs no second trip, which everybody would wait for.
  const state = changed ? { closed, seq, term } : await readFence(db, domain)
  const stands = state?.seq === move.seq && state.closed === move.closed && state.term === move.term
  if (done.value === undefined && !stands) {
    return { ...told, changed: false, outcome: 'blocked', state: null }
  }
  if (state === null) return { ...told, changed: false, outcome: 'missing', state }
  return { ...told, changed, outcome: changed || stands ? 'set' : 'stale', state }
}

/**
 * For the applier, at the start of a transaction: share-locks the fence row, checks it once, and lets
 * this session's rows pass the triggers without another look until `uncheckFence`.
 *
 * @returns false when the fence is open, at another term, or missing: nothing may be applied
 */
export async function checkFence(session: Session, domain: string, term: number): Promise<boolean> {
  const [row] = await session.query(
    `SELECT closed, term FROM ${fenceTable(domain)} WHERE id = 1 LOCK IN SHARE MODE`,
  )
  if (row === undefined || Number(row.closed) === 0 || Number(row.term) !== term) return false
  await session.execute('SET @matapalo_checked = ?', [domain])
  return true
}

/** Before COMMIT or ROLLBACK gives the share lock away. */
export const uncheckFence = async (session: Session): Promise<void> => {
  await session.execute('SET @matapalo_checked = NULL')
}
