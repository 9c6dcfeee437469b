/**
 * Who leads. The lease is one row with a generation that only grows; each write of the leader
 * share-locks that row and compares the generation in the same transaction, so a conductor that was
 * stopped and wakes up late is refused, and taking the lease over waits for writes still on the way.
 *
 * @module
 */
import { LeaseLost } from '@matapalo/core'
import { type Db, type Log, type Session, sleep } from '@matapalo/runtime'
import { BatchRefused, runBatch, type Write } from './batch.ts'

export interface LeaseOptions {
  /** Unique to this process. */
  readonly holder: string
  /** 2000 (two seconds). */
  readonly ttlMs?: number
}

export class Lease {
  readonly #db: Db
  readonly #log: Log
  readonly #holder: string
  readonly #ttlMs: number
  #generation: number | null = null
  #stopped = new AbortController()
  #renewing: Promise<void> | undefined
  #lost: () => void = () => {}
  #settling: Promise<void> = Promise.resolve()
  /** The generation that a `settle` under way is about to write. */
  #settlingTo: number | null = null

  constructor(db: Db, log: Log, options: LeaseOptions) {
    this.#db = db
    this.#log = log
    this.#holder = options.holder
    this.#ttlMs = options.ttlMs ?? 2000
  }

  get leads(): boolean {
    return this.#generation !== null
  }

  get generation(): number | null {
    return this.#generation
  }

  /** Waits for the lease, then keeps it; `onLost` runs once if another conductor takes it. */
  async acquire(onLost: () => void): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      const generation = await this.#tryAcquire().catch((error: unknown) => {
        this.#log.warn({ err: error }, 'lease.unreachable')
        return null
      })
      if (generation !== null) {
        this.#generation = generation
        this.#lost = onLost
        this.#renewing = this.#renew()
        this.#log.info({ generation }, 'lease.acquired')
        return
      }
      await this.#pause(100)
    }
  }

  async #tryAcquire(): Promise<number | null> {
    return this.#db.transaction(async (tx) => {
      const [row] = await tx.query(
        `SELECT generation, until_at < NOW(6) AS free FROM lease WHERE name = 'conductor' FOR UPDATE`,
      )
      if (row === undefined || Number(row.free) !== 1) return null
      await tx.execute(
        `UPDATE lease SET holder = ?, generation = generation + 1,
           until_at = NOW(6) + INTERVAL ? MICROSECOND WHERE name = 'conductor'`,
        [this.#holder, this.#ttlMs * 1000],
      )
      return Number(row.generation) + 1
    })
  }

  async #renew(): Promise<void> {
    for (;;) {
      await this.#pause(this.#ttlMs / 4)
      const generation = this.#generation
      if (this.#stopped.signal.aborted || generation === null) return
      try {
        const { affectedRows } = await this.#db.execute(
          `UPDATE lease SET until_at = NOW(6) + INTERVAL ? MICROSECOND
           WHERE name = 'conductor' AND holder = ? AND generation = ?`,
          [this.#ttlMs * 1000, this.#holder, generation],
        )
        // `settle` may have moved our own generation meanwhile.
        const settled = this.#generation !== generation || this.#settlingTo === generation + 1
        if (affectedRows === 0 && !settled) return this.#lose()
      } catch (error) {
        this.#log.warn({ err: error }, 'lease.renewFailed')
      }
    }
  }

  #lose(): void {
    if (this.#generation === null) return
    this.#generation = null
    this.#log.warn({}, 'lease.lost')
    this.#lost()
  }

  /** Runs `work` in a transaction that commits only if this process still leads. */
  async guarded<T>(what: string, work: (tx: Session) => Promise<T>): Promise<T> {
    if (!this.leads) throw new LeaseLost(what)
    return this.#db.transaction(async (tx) => {
      const [row] = await tx.query(
        `SELECT generation, holder FROM lease WHERE name = 'conductor' LOCK IN SHARE MODE`,
      )
      const generation = Number(row?.generation)
      const ours = generation === this.#generation || generation === this.#settlingTo
      if (!ours || row?.holder !== this.#holder) {
        this.#lose()
        throw new LeaseLost(what)
      }
      return work(tx)
    })
  }

  /** As `guarded`, for writes that are known beforehand: one round trip. */
  async batch(what: string, writes: readonly Write[]): Promise<void> {
    for (;;) {
      const generation = this.#generation
      if (generation === null) throw new LeaseLost(what)
      const condition = {
        sql: `SELECT 1 FROM lease WHERE name = 'conductor' AND holder = ? AND generation IN (?, ?)
              LOCK IN SHARE MODE`,
        params: [this.#holder, generation, this.#settlingTo ?? generation],
      }
      try {
        return await runBatch(this.#db, condition, writes)
      } catch (error) {
        if (!(error instanceof BatchRefused) || error.why !== 'condition') throw error
        await this.#settling
        // Otherwise our own `settle` came between, and the batch is tried at the new generation.
        if (this.#generation === generation) this.#lose()
      }
    }
  }

  /**
   * After it, no write that this process sent earlier can still commit: it moves the generation on,
   * which waits for transactions that hold the share lock.
   */
  settle(what: string): Promise<void> {
    const settled = this.#settling.then(() => this.#settle(what))
    this.#settling = settled.catch(() => undefined)
    return settled
  }

  async #settle(what: string): Promise<void> {
    const generation = this.#generation
    if (generation === null) throw new LeaseLost(what)
    this.#settlingTo = generation + 1
    const { affectedRows } = await this.#db.execute(
      `UPDATE lease SET generation = generation + 1 WHERE name = 'conductor' AND holder = ? AND generation = ?`,
      [this.#holder, generation],
    )
    if (affectedRows === 0) {
      this.#lose()
      throw new LeaseLost(what)
    }
    this.#generation = generation + 1
    this.#settlingTo = null
  }

  /** Gives the lease back, so that a standby need not wait for it to run out. */
  async stop(): Promise<void> {
    this.#stopped.abort()
    await this.#renewing
    const generation = this.#generation
    this.#generation = null
    if (generation === null) return
    await this.#db
      .execute(
        `UPDATE lease SET until_at = '2000-01-01' WHERE name = 'conductor' AND holder = ? AND generation = ?`,
        [this.#holder, generation],
      )
      .catch(() => undefined)
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#stopped.signal }).catch(() => undefined)
  }
}
