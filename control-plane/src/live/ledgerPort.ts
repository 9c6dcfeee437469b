/**
 * The ledger's part of a transfer. Each change and the epoch that tells of it are one transaction,
 * which commits only while this conductor leads and the domains are this transfer's.
 *
 * @module
 */
import { type RouteTable, transferEnds } from '@matapalo/core'
import { serverErrorNumber } from '@matapalo/runtime'
import type { Control } from '../control.ts'
import { Refused } from '../errors.ts'
import { BatchRefused, type Write } from '../ledger/batch.ts'
import { type Domain, type DomainsAndEpoch, readDomainsAndEpoch } from '../ledger/domains.ts'
import { ending } from '../ledger/journal.ts'
import { currentTable, insertion, tableOf } from '../ledger/routeTables.ts'
import type { LedgerPort, Move } from '../ports.ts'

const duplicateKey = 1062
/** 5: another epoch was published between the look and the write. */
const triesAtMost = 5

/** What the writes make of the transfer's domains, for the table that is compiled beforehand. */
type Becomes = (domain: Domain) => Partial<Pick<Domain, 'phase' | 'owner' | 'hold' | 'transferId'>>

export function ledgerPort(control: Control): LedgerPort {
  const { ledger: db, lease, hub } = control
  let switched: number | null = null
  /** As this transfer left it; every other publication would have taken the next epoch. */
  let left: DomainsAndEpoch | null = null

  const publish = async (
    move: Move,
    writes: readonly Write[],
    becomes: Becomes,
    last: (table: RouteTable) => readonly Write[] = () => [],
  ): Promise<number> => {
    for (let tries = 1; ; tries += 1) {
      // Forgotten whenever something is registered, so never older than the ledger.
      const [project, manifests] = await Promise.all([control.project(), control.manifests()])
      if (project === null)
        throw new Refused('no project is registered; run: matapalo project matapalo.yaml')
      const { domains, epoch }: DomainsAndEpoch = left ?? (await readDomainsAndEpoch(db))
      left = null
      const after = domains.map((domain) =>
        move.domains.includes(domain.name) ? { ...domain, ...becomes(domain) } : domain,
      )
      const table = tableOf(epoch + 1, { project, manifests }, after)
      try {
        await lease.batch(`transfer ${move.id}`, [...writes, insertion(table), ...last(table)])
        hub.publish(table)
        left = { domains: after, epoch: table.epoch }
        return table.epoch
      } catch (error) {
        if (error instanceof BatchRefused)
          throw new Refused(
            `${move.domains.join(', ')}: not in the state that transfer ${move.id} expects; run: matapalo status`,
          )
        if (serverErrorNumber(error) !== duplicateKey || tries === triesAtMost) throw error
      }
    }
  }

  const all = (move: Move): string => move.domains.map(() => '?').join(', ')

  return {
    async claim(move) {
      const { startsIn, during, from } = transferEnds(move.kind)
      const write: Write = {
        sql: `UPDATE domain SET transfer_id = ?, phase = COALESCE(?, phase)
              WHERE name IN (${all(move)}) AND transfer_id IS NULL AND frozen IS NULL AND owner = ?
                AND backfill = 'complete' AND phase IN (${startsIn.map(() => '?').join(', ')})`,
        params: [move.id, during, ...move.domains, from, ...startsIn],
        rows: move.domains.length,
      }
      await publish(move, [write], ({ phase }) => ({ phase: during ?? phase, transferId: move.id }))
    },
    async release(move) {
      left = null
      const mine = (domain: Domain): boolean => domain.transferId === move.id
      const writes = Object.entries(move.phases).map(([domain, phase]) => ({
        sql: 'UPDATE domain SET transfer_id = NULL, hold = 0, phase = ? WHERE name = ? AND transfer_id = ?',
        params: [phase, domain, move.id],
      }))
      await publish(move, writes, (domain) =>
        mine(domain) ? { hold: false, phase: move.phases[domain.name] ?? domain.phase } : {},
      )
    },
    hold(move, held) {
      // An undo has taken a new term.
      if (!held) left = null
      return publish(
        move,
        [
          {
            sql: `UPDATE domain SET hold = ? WHERE name IN (${all(move)}) AND transfer_id = ?`,
            params: [held, ...move.domains, move.id],
            ...(held ? { rows: move.domains.length } : {}),
          },
        ],
        (domain) => (domain.transferId === move.id ? { hold: held } : {}),
      )
    },
    async switchOwner(move, { n, term }) {
      const { to, after } = transferEnds(move.kind)
      const write: Write = {
        sql: `UPDATE domain SET owner = ?, owner_term = ?, phase = ?
              WHERE name IN (${all(move)}) AND transfer_id = ? AND owner = ?`,
        params: [to, term, after, ...move.domains, move.id, move.from],
        rows: move.domains.length,
      }
      const becomes: Becomes = () => ({ owner: to, phase: after })
      switched = await publish(move, [write], becomes, ({ epoch }) => [
        ending(move.id, { n, state: 'done', detail: { epoch } }),
      ])
      return switched
    },
    finish: (move) =>
      publish(
        move,
        [
          {
            sql: `UPDATE domain SET hold = 0, transfer_id = NULL WHERE name IN (${all(move)}) AND transfer_id = ?`,
            params: [...move.domains, move.id],
          },
        ],
        (domain) => (domain.transferId === move.id ? { hold: false } : {}),
      ),
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
