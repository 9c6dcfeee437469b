/**
 * The journal of one transfer in the ledger. A turn's `seq`, term and fence intent are committed
 * before anything uses them.
 *
 * @module
 */
import type {
  Act,
  Ended,
  ErrorBody,
  Journal,
  JournalEntry,
  Side,
  StepName,
  TransferOutcome,
} from '@matapalo/core'
import type { Db, DbRow } from '@matapalo/runtime'
import { DomainsMoved } from '../errors.ts'
import { BatchRefused, type Write } from './batch.ts'
import { fenceOfTurn, intention } from './fences.ts'
import { fromJson, toJson } from './json.ts'
import type { Lease } from './lease.ts'
import { finishTransfer } from './transfers.ts'

export interface JournalOf {
  readonly id: number
  /** In the fixed order in which fences of a group close. */
  readonly domains: readonly string[]
  /** Those of them that have fences. */
  readonly stored: readonly string[]
  readonly from: Side
  readonly to: Side
}

/** UTC by this process's clock, with microseconds, as the ledger stores it. */
const now = (): string => {
  const us = Math.round((performance.timeOrigin + performance.now()) * 1000)
  const seconds = new Date(Math.floor(us / 1000)).toISOString().slice(0, 19).replace('T', ' ')
  return `${seconds}.${String(us % 1_000_000).padStart(6, '0')}`
}

const fromRow = (row: DbRow): JournalEntry => {
  const error = fromJson<{ error?: ErrorBody }>(row.detail)?.error
  return {
    n: Number(row.n),
    step: row.step as StepName,
    act: row.act as Act,
    state: row.state as JournalEntry['state'],
    seq: Number(row.seq),
    term: Number(row.term),
    ...(error ? { error } : {}),
  }
}

/** For a transaction or batch of the caller: the commit point ends its entry in its own. */
export const ending = (
  transferId: number,
  { n, state, detail, error }: Ended,
  endedAt = now(),
): Write => ({
  sql: `UPDATE journal SET state = ?, detail = ?, ended_at = ? WHERE transfer_id = ? AND n = ? AND state = 'begun'`,
  params: [state, toJson(error ? { ...detail, error } : (detail ?? null)), endedAt, transferId, n],
})

/** A claim has no domain yet, and the last step of either way out may have let go already. */
const free = (step: StepName): boolean => step === 'claim' || step === 'releaseEdges'

export class LedgerJournal implements Journal {
  readonly #db: Db
  readonly #lease: Lease
  readonly #of: JournalOf
  readonly #places: string
  #n = 0
  /** Of the attempt. */
  #term = 0
  /** Highest given out for these domains. */
  #seq = 0
  #topTerm = 0

  constructor(db: Db, lease: Lease, of: JournalOf) {
    this.#db = db
    this.#lease = lease
    this.#of = of
    this.#places = of.domains.map(() => '?').join(', ')
  }

  async read(): Promise<readonly JournalEntry[]> {
    await this.#lease.settle(`transfer ${this.#of.id}`)
    const rows = await this.#db.query('SELECT * FROM journal WHERE transfer_id = ? ORDER BY n', [
      this.#of.id,
    ])
    const entries = rows.map(fromRow)
    const [top] = await this.#db.query(
      `SELECT MAX(fence_seq) AS seq, MAX(term) AS term FROM domain WHERE name IN (${this.#places})`,
      [...this.#of.domains],
    )
    this.#seq = Number(top?.seq ?? 0)
    this.#topTerm = Number(top?.term ?? 0)
    this.#n = entries.at(-1)?.n ?? 0
    this.#term = entries.findLast((entry) => entry.act === 'do')?.term ?? 0
    return entries
  }

  async begin(step: StepName, act: Act, ended: Ended | undefined): Promise<JournalEntry> {
    const begunAt = now()
    const { id, domains, stored, from, to } = this.#of
    // Only this transfer moves its domains' numbers, so they are known since `read`.
    const seq = this.#seq + 1
    const term = step === 'claim' || act === 'undo' ? this.#topTerm + 1 : this.#term
    const n = this.#n + 1
    const fence = fenceOfTurn(step, act, from, to)
    const numbers: Write = {
      sql: `UPDATE domain SET fence_seq = ?, term = GREATEST(term, ?)
            WHERE name IN (${this.#places}) AND fence_seq < ?${free(step) ? '' : ' AND transfer_id = ?'}`,
      params: [seq, term, ...domains, seq, ...(free(step) ? [] : [id])],
      rows: domains.length,
    }
    const entry: Write = {
      sql: `INSERT INTO journal (transfer_id, n, step, act, state, seq, term, begun_at)
            VALUES (?, ?, ?, ?, 'begun', ?, ?, ?)`,
      params: [id, n, step, act, seq, term, begunAt],
    }
    const intents = fence === null ? [] : stored.map((domain) => ({ domain, ...fence, seq, term }))
    await this.#batch([
      numbers,
      ...(intents.length > 0 ? [intention(intents)] : []),
      ...(ended === undefined ? [] : [ending(id, ended, begunAt)]),
      entry,
    ])
    this.#seq = seq
    this.#topTerm = Math.max(this.#topTerm, term)
    this.#n = n
    if (act === 'do') this.#term = term
    return { n, step, act, state: 'begun', seq, term }
  }

  async #batch(writes: readonly Write[]): Promise<void> {
    const { id, domains } = this.#of
    try {
      await this.#lease.batch(`transfer ${id}`, writes)
    } catch (error) {
      if (error instanceof BatchRefused) throw new DomainsMoved(id, domains)
      throw error
    }
  }

  async finish(
    outcome: TransferOutcome,
    ended: Ended | undefined,
    error: ErrorBody | undefined,
  ): Promise<void> {
    const endedAt = now()
    await this.#lease.guarded(`transfer ${this.#of.id}`, async (tx) => {
      if (ended !== undefined) {
        const { sql, params } = ending(this.#of.id, ended, endedAt)
        await tx.execute(sql, params)
      }
      await finishTransfer(tx, this.#of.id, outcome, error)
    })
  }
}
