/**
 * The way around a control plane that is down: the ledger itself, read and acknowledged directly.
 *
 * @module
 */
import type { Db } from '@matapalo/runtime'
import type { Acknowledgement } from './acknowledge.ts'

export class LedgerTables {
  readonly #db: Db
  readonly #edgeId: string
  readonly #edgeUrl: string

  constructor(db: Db, edgeId: string, edgeUrl: string) {
    this.#db = db
    this.#edgeId = edgeId
    this.#edgeUrl = edgeUrl
  }

  /** @returns the newest table above `epoch`, or null when there is none */
  async newer(epoch: number): Promise<unknown> {
    const [row] = await this.#db.query(
      'SELECT body FROM route_table WHERE epoch > ? ORDER BY epoch DESC LIMIT 1',
      [epoch],
    )
    return row === undefined ? null : JSON.parse(String(row.body))
  }

  /** Rows only grow: a late message changes nothing. */
  async acknowledge({ epoch, drained, inFlight }: Acknowledgement): Promise<void> {
    await this.#db.execute(
      `INSERT INTO edge (id, url, acked_epoch, drained_epoch, in_flight, seen_at, gone)
       VALUES (?, ?, ?, ?, ?, NOW(6), 0)
       ON DUPLICATE KEY UPDATE url = VALUES(url), in_flight = VALUES(in_flight),
         acked_epoch = GREATEST(acked_epoch, VALUES(acked_epoch)),
         drained_epoch = GREATEST(drained_epoch, VALUES(drained_epoch)),
         seen_at = NOW(6), gone = 0`,
      [this.#edgeId, this.#edgeUrl, epoch, drained ? epoch : 0, JSON.stringify(inFlight)],
    )
  }
}
