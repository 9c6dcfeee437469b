/**
 * The monolith's end: no route leads to it any more. Allowed when every domain is decommissioned;
 * what belonged to no domain is answered 404 by the edges from then on, and is told before.
 *
 * @module
 */
import { isTaken } from '@matapalo/core'
import type { Control } from '../control.ts'
import { Refused } from '../errors.ts'
import { writeAudit } from '../ledger/audit.ts'
import { readDecommissions } from '../ledger/decommissions.ts'
import { readDomains } from '../ledger/domains.ts'
import { insertRetirement, readRetirement } from '../ledger/retirement.ts'
import { publishTable } from '../ledger/routeTables.ts'
import { edgesPort } from '../live/edgesPort.ts'

/** What is proven, what is not, and what is still in the way. */
export async function retirementReport(control: Control) {
  const [project, manifests, domains, endings, retired] = await Promise.all([
    control.project(),
    control.manifests(),
    readDomains(control.ledger),
    readDecommissions(control.ledger),
    readRetirement(control.ledger),
  ])
  const left = domains.filter(({ phase }) => phase !== 'decommissioned').map(({ name }) => name)
  const evidence = endings.flatMap((one) =>
    one.evidence.map((line) => ({ domain: one.domain, ...line })),
  )
  const own = [...manifests.values()].flatMap(({ routes }) => routes)
  const of = (verdict: string) => evidence.filter((line) => line.verdict === verdict)
  return {
    retired: retired?.at ?? null,
    left,
    domains: endings.map(({ domain, state, since, actor, reason, without, names }) => ({
      domain,
      state,
      since,
      actor,
      reason,
      without,
      dropped: state === 'dropped' ? Object.keys(names) : [],
    })),
    /** Routes that no service has: 404 from now on. */
    unserved: (project?.routes ?? []).filter((rule) => !isTaken(rule, own)).map(({ id }) => id),
    proven: of('none'),
    seen: of('seen'),
    unknown: of('unknown'),
  }
}

export type RetirementReport = Awaited<ReturnType<typeof retirementReport>>

export async function retire(
  control: Control,
  { actor, reason }: { readonly actor: string; readonly reason: string },
): Promise<RetirementReport & { readonly epoch: number; readonly edges: number }> {
  const { hub } = control
  const lease = control.lead()
  const report = await retirementReport(control)
  const [first] = report.left
  if (first !== undefined)
    throw new Refused(
      `the monolith cannot be retired, nothing changed: ${report.left.join(', ')} still stand(s) there; run: matapalo decommission ${first}`,
    )
  if (report.domains.length === 0)
    throw new Refused('the monolith cannot be retired, nothing changed: no domain has left it')
  const table = await lease.guarded('retire', async (tx) => {
    await tx.query('SELECT name FROM domain ORDER BY name FOR UPDATE')
    if ((await readDomains(tx)).some(({ phase }) => phase !== 'decommissioned'))
      throw new Refused('a domain was registered meanwhile; run: matapalo retire monolith')
    await insertRetirement(tx, { actor, reason, report })
    await writeAudit(tx, { actor, action: 'retire', domain: null, detail: { reason } })
    return publishTable(tx)
  })
  if (table === null) throw new Refused('no project is registered')
  hub.publish(table)
  await edgesPort(hub).awaitInForce(table.epoch)
  return {
    ...(await retirementReport(control)),
    epoch: table.epoch,
    edges: hub.connected.size,
  }
}
