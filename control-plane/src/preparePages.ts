/**
 * `prepare` of a domain without tables: nothing is made on any server. It is ready for a transfer at
 * once, with a backfill that is complete because there is nothing to fill.
 *
 * @module
 */
import type { Control } from './control.ts'
import { Refused } from './errors.ts'
import { writeAudit } from './ledger/audit.ts'
import { type Domain, movePhase, setBackfill, setPrepared } from './ledger/domains.ts'
import { publishTable } from './ledger/routeTables.ts'
import type { Prepared } from './prepare.ts'

export async function preparePages(
  control: Control,
  { name, phase }: Domain,
  actor: string,
): Promise<Prepared> {
  const { hub, log } = control
  const table = await control.lead().guarded('prepare', async (tx) => {
    if (phase === 'registered' && !(await movePhase(tx, name, ['registered'], 'backfill')))
      throw new Refused(`${name}: it has moved meanwhile; run: matapalo status ${name}`)
    await setBackfill(tx, name, 'complete', { rows: 0, withoutTables: true })
    await setPrepared(tx, name)
    await writeAudit(tx, {
      actor,
      action: 'prepare',
      domain: name,
      detail: { withoutTables: true },
    })
    return publishTable(tx)
  })
  if (table !== null) hub.publish(table)
  log.info({ domain: name, triggers: 0 }, 'domain.prepared')
  return { domain: name, triggers: 0, refusalsVisible: true, next: `matapalo explain ${name}` }
}
