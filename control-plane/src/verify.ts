/** `verify`: all rows of a domain through the mapping, while both sides live. */
import {
  type DomainVerified,
  settleByMarker,
  verifyDomain,
  withoutValues,
} from '@matapalo/cdc/verification'
import { directionFrom, otherSide } from '@matapalo/core'
import type { Control } from './control.ts'
import { Refused } from './errors.ts'
import { writeAudit } from './ledger/audit.ts'
import { insertVerification } from './ledger/verifications.ts'
import { comparedStores, pairsOf } from './live/pairs.ts'

export async function verify(
  control: Control,
  name: string,
  actor: string,
): Promise<DomainVerified> {
  const { stores, lease, log } = control
  control.lead()
  const { domain, manifest } = await control.domain(name)
  if (domain.backfill !== 'complete')
    throw new Refused(
      `${name}: its backfill is ${domain.backfill}; run: matapalo backfill ${name} --wait`,
    )
  if (domain.transferId !== null)
    throw new Refused(
      `${name}: transfer ${domain.transferId} is running; run: matapalo status ${name}`,
    )
  const startedAt = new Date()
  const { owner } = domain
  const verified = await verifyDomain(
    comparedStores(stores, manifest),
    name,
    await pairsOf(stores, manifest),
    { owner, settle: settleByMarker(stores[owner], stores[otherSide(owner)], name, owner) },
  )
  const report = withoutValues(verified)
  await lease.guarded('verify', async (tx) => {
    await insertVerification(tx, {
      domain: name,
      direction: directionFrom(owner),
      kind: 'full',
      startedAt,
      outcome: verified.outcome,
      rows: verified.rows,
      chunks: verified.chunks,
      differences: verified.differences.length,
      cleanOffset: verified.outcome === 'clean' ? (verified.fromOffset?.toString() ?? null) : null,
      detail: report,
    })
    await writeAudit(tx, {
      actor,
      action: 'verify',
      domain: name,
      detail: { outcome: verified.outcome, differences: verified.differences.length },
    })
  })
  log.info(
    {
      domain: name,
      outcome: verified.outcome,
      rows: verified.rows,
      durationMs: Math.round(verified.ms),
    },
    'verification.ended',
  )
  return report
}
