/**
 * A writer that goes to the monolith's database without any HTTP, as a forgotten script would. It
 * must lose nothing while the monolith owns the catalogue, and must be refused, not lost, after.
 *
 * @module
 */
import { type Db, serverErrorNumber } from '@matapalo/runtime'
import type { WriteLedger } from './ledger.ts'
import type { Tally } from './tally.ts'

/** SIGNAL SQLSTATE '45000' without a number of its own. */
const signalled = 1644

export class BypassWriter {
  readonly #db: Db
  readonly #ledger: WriteLedger
  readonly #tally: Tally
  readonly #bookIds: readonly number[]
  readonly #everyMs: number
  #stopped = false
  #loop: Promise<void> | undefined
  /** Writes that the fence refused. */
  refused = 0

  constructor(
    db: Db,
    ports: { readonly ledger: WriteLedger; readonly tally: Tally },
    options: { readonly bookIds: readonly number[]; readonly perSecond: number },
  ) {
    this.#db = db
    this.#ledger = ports.ledger
    this.#tally = ports.tally
    this.#bookIds = options.bookIds
    this.#everyMs = 1000 / options.perSecond
  }

  start(): void {
    this.#loop = this.#run()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#loop
  }

  async #run(): Promise<void> {
    for (let n = 0; !this.#stopped; n += 1) {
      const bookId = this.#bookIds[n % this.#bookIds.length]
      if (bookId !== undefined) await this.#write(n, bookId)
      await new Promise((done) => setTimeout(done, this.#everyMs))
    }
  }

  async #write(n: number, bookId: number): Promise<void> {
    const reference = `bypass-${n}`
    const write = this.#ledger.open({ reference, kind: 'stock', bookId, at: this.#tally.now() })
    try {
      await this.#db.transaction(async (session) => {
        await session.execute('UPDATE books SET stock = stock + 1 WHERE id = ?', [bookId])
        await session.execute(
          'INSERT INTO stock_movements (book_id, delta, reason, reference, created) VALUES (?, 1, 4, ?, NOW())',
          [bookId, reference],
        )
      })
      write.fate = 'acknowledged'
    } catch (error) {
      // Any other error leaves the fate unknown.
      if (serverErrorNumber(error) !== signalled) return
      write.fate = 'refused'
      this.refused += 1
    }
  }
}
