/**
 * Epochs. A new route table is compiled and stored in the very transaction that changed what it says,
 * so the table with the highest epoch is always the ledger's truth.
 *
 * @module
 */
import {
  compileRouteTable,
  type DomainState,
  defaultRules,
  type Manifest,
  type Project,
  type RouteTable,
} from '@matapalo/core'
import type { Session } from '@matapalo/runtime'
import type { Write } from './batch.ts'
import { readManifests, readProject } from './catalogue.ts'
import { type Domain, readDomains } from './domains.ts'
import { fromJson, toJson } from './json.ts'
import { readRetirement } from './retirement.ts'

export async function currentTable(db: Pick<Session, 'query'>): Promise<RouteTable | null> {
  const [row] = await db.query('SELECT body FROM route_table ORDER BY epoch DESC LIMIT 1')
  return fromJson<RouteTable>(row?.body)
}

export interface Catalogue {
  readonly project: Project
  readonly manifests: ReadonlyMap<string, Manifest>
  /** The monolith is retired. */
  readonly retired?: boolean
}

export function tableOf(
  epoch: number,
  { project, manifests, retired = false }: Catalogue,
  domains: readonly Domain[],
): RouteTable {
  const states = domains.flatMap((domain): DomainState[] => {
    const manifest = manifests.get(domain.name)
    if (manifest === undefined) return []
    const { name, phase, owner, term, hold } = domain
    const { service } = manifest
    return [{ domain: name, phase, owner, term, hold, service, ...readsOf(domain, manifest) }]
  })
  return compileRouteTable({
    epoch,
    project,
    manifests: [...manifests.values()],
    domains: states,
    retired,
  })
}

/** How reads are compared, and the share that the other side serves; a transfer ends both. */
function readsOf(
  { phase, parityRound: round, shadowRate: rate, canaryShare }: Domain,
  { parity }: Manifest,
): Pick<DomainState, 'shadow' | 'canary'> {
  if (phase !== 'shadow' && phase !== 'canary') return {}
  const shadow = { round, rate, rules: parity ?? defaultRules }
  return phase === 'canary' && canaryShare !== null ? { shadow, canary: canaryShare } : { shadow }
}

/** The epoch is the key: of two that were compiled at once, the second is refused. */
export const insertion = (table: RouteTable): Write => ({
  sql: 'INSERT INTO route_table (epoch, body) VALUES (?, ?)',
  params: [table.epoch, toJson(table)],
})

/** @returns the table at its new epoch, or null while no project is registered */
export async function publishTable(tx: Session): Promise<RouteTable | null> {
  const project = await readProject(tx)
  if (project === null) return null
  const [last] = await tx.query(
    'SELECT epoch FROM route_table ORDER BY epoch DESC LIMIT 1 FOR UPDATE',
  )
  const catalogue = {
    project,
    manifests: await readManifests(tx),
    retired: (await readRetirement(tx)) !== null,
  }
  const table = tableOf(Number(last?.epoch ?? 0) + 1, catalogue, await readDomains(tx))
  const { sql, params } = insertion(table)
  await tx.execute(sql, params)
  return table
}
