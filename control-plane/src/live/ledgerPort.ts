/**
 * The ledger's part of a transfer. Each change and the epoch that tells of it are one transaction,
 * which commits only while this conductor leads and the domains are this transfer's.
 *
 * @module
 */
import { type JournalEntry, type Phase, type RouteTable, transferEnds } from '@matapalo/core'
import type { Session } from '@matapalo/runtime'
import type { Control } from '../control.ts'
import { Refused } from '../errors.ts'
import { endEntry } from '../ledger/journal.ts'
import { currentTable, publishTable } from '../ledger/routeTables.ts'
import type { LedgerPort, Move } from '../ports.ts'

const places = (move: Move): string => move.domains.map(() => '?').join(', ')

export function ledgerPort(control: Control): LedgerPort {
  const { ledger: db, lease, hub } = control
  /** Commits, then tells the edges. */
  const change = async (
    move: Move,
    work: (tx: Session) => Promise<void>,
    last?: (tx: Session, table: RouteTable | null) => Promise<void>,
  ): Promise<number> => {
    // Forgotten whenever something is registered, so never older than the ledger.
    const [project, manifests] = await Promise.all([control.project(), control.manifests()])
    const known = project === null ? undefined : { project, manifests }
    const table = await lease.guarded(`transfer ${move.id}`, async (tx) => {
      await work(tx)
      const published = await publishTable(tx, known)
      await last?.(tx, published)
      return published
    })
    if (table === null)
      throw new Refused('no project is registered; run: matapalo project matapalo.yaml')
    hub.publish(table)
    return table.epoch
  }

  let switched: number | null = null
  const mustBeAll = (move: Move, affectedRows: number): void => {
    if (affectedRows !== move.domains.length)
      throw new Refused(
        `${move.domains.join(', ')}: not in the state that transfer ${move.id} expects; run: matapalo status`,
      )
  }

  const restore = async (tx: Session, move: Move): Promise<void> => {
    for (const [domain, phase] of Object.entries(move.phases))
      await tx.execute(
        'UPDATE domain SET transfer_id = NULL, hold = 0, phase = ? WHERE name = ? AND transfer_id = ?',
        [phase, domain, move.id],
      )
  }

  return {
    async claim(move) {
      const ends = transferEnds(move.kind)
      await change(move, async (tx) => {
        const { affectedRows } = await tx.execute(
          `UPDATE domain SET transfer_id = ?, phase = COALESCE(?, phase)
           WHERE name IN (${places(move)}) AND transfer_id IS NULL AND frozen IS NULL AND owner = ?
             AND backfill = 'complete' AND phase IN (${ends.startsIn.map(() => '?').join(', ')})`,
          [
            move.id,
            ends.during satisfies Phase | null,
            ...move.domains,
            ends.from,
            ...ends.startsIn,
          ],
        )
        mustBeAll(move, affectedRows)
      })
    },
    async release(move) {
      await change(move, (tx) => restore(tx, move))
    },
    hold: (move, held) =>
      change(move, async (tx) => {
        const { affectedRows } = await tx.execute(
          `UPDATE domain SET hold = ? WHERE name IN (${places(move)}) AND transfer_id = ?`,
          [held, ...move.domains, move.id],
        )
        if (held) mustBeAll(move, affectedRows)
      }),
    async switchOwner(move, entry: JournalEntry) {
      switched = await change(
        move,
        async (tx) => {
          const { affectedRows } = await tx.execute(
            `UPDATE domain SET owner = ?, owner_term = ?, phase = ?
             WHERE name IN (${places(move)}) AND transfer_id = ? AND owner = ?`,
            [
              move.to,
              entry.term,
              transferEnds(move.kind).after,
              ...move.domains,
              move.id,
              move.from,
            ],
          )
          mustBeAll(move, affectedRows)
        },
        (tx, table) =>
          endEntry(tx, move.id, { n: entry.n, state: 'done', detail: { epoch: table?.epoch } }),
      )
      return switched
    },
    finish: (move) =>
      change(move, async (tx) => {
        await tx.execute(
          `UPDATE domain SET hold = 0, transfer_id = NULL WHERE name IN (${places(move)}) AND transfer_id = ?`,
          [...move.domains, move.id],
        )
      }),
    async currentEpoch() {
      if (switched !== null) return switched
      const table = await currentTable(db)
      if (table === null) throw new Refused('no route table; run: matapalo project matapalo.yaml')
      // A conductor that took over has not told its edges yet.
      hub.publish(table)
      return table.epoch
    },
  }
}
