/** `verify`: all rows of a domain through the mapping, while both sides live. */
import {
  type DomainVerified,
  settleByMarker,
  verifyDomain,
  withoutValues,
} from '@matapalo/cdc/verification'
import { directionFrom, hasTables, otherSide } from '@matapalo/core'
import type { Control } from './control.ts'
import { Refused } from './errors.ts'
import { writeAudit } from './ledger/audit.ts'
import { insertVerification } from './ledger/verifications.ts'
import { comparedStores, pairsOf } from './live/pairs.ts'
import { repair } from './repair.ts'

/** 3: what differs again after so many repairs is a bug, and mending would hide it. */
const repairsInARow = 3

/** What one verification left in the ledger. */
async function look(control: Control, name: string, actor: string): Promise<DomainVerified> {
  const { stores, lease, log } = control
  const { domain, manifest } = await control.domain(name)
  if (!hasTables(manifest))
    throw new Refused(`${name}: it has no tables to verify; run: matapalo explain ${name}`)
  if (domain.phase === 'decommissioned')
    throw new Refused(
      `${name}: it is decommissioned, nothing is left to compare; run: matapalo status ${name}`,
    )
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
      detail: withoutValues(verified),
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
  return verified
}

export interface VerifyReport extends DomainVerified {
  /** Rows asked for again on the way. */
  readonly repaired: number
}

/**
 * @param mend ask for differing rows again, and verify again, a few times at most. What was found is
 *   in the ledger before it is mended, so no transfer begins meanwhile.
 * @throws TooManyDifferences
 */
export async function verify(
  control: Control,
  name: string,
  actor: string,
  mend: boolean,
): Promise<VerifyReport> {
  control.lead()
  let repaired = 0
  for (let round = 0; ; round += 1) {
    const verified = await look(control, name, actor)
    const { outcome, differences } = verified
    if (!mend || outcome !== 'different' || round === repairsInARow)
      return { ...withoutValues(verified), repaired }
    if (!(await repair(control, name, differences))) return { ...withoutValues(verified), repaired }
    repaired += differences.filter(({ kind }) => kind !== 'extra').length
    await writeAudit(control.ledger, {
      actor,
      action: 'repair',
      domain: name,
      detail: { rows: differences.length, round },
    })
  }
}
