/**
 * Epochs. A new route table is compiled and stored in the very transaction that changed what it says,
 * so the table with the highest epoch is always the ledger's truth.
 *
 * @module
 */
import {
  compileRouteTable,
  type DomainState,
  type Manifest,
  type Project,
  type RouteTable,
} from '@matapalo/core'
import type { Session } from '@matapalo/runtime'
import { readManifests, readProject } from './catalogue.ts'
import { readDomains } from './domains.ts'
import { fromJson, toJson } from './json.ts'

export async function currentTable(db: Pick<Session, 'query'>): Promise<RouteTable | null> {
  const [row] = await db.query('SELECT body FROM route_table ORDER BY epoch DESC LIMIT 1')
  return fromJson<RouteTable>(row?.body)
}

/**
 * @param known what is registered, where the caller has it at hand; read when absent
 * @returns the table at its new epoch, or null while no project is registered
 */
export async function publishTable(
  tx: Session,
  known?: { readonly project: Project; readonly manifests: ReadonlyMap<string, Manifest> },
): Promise<RouteTable | null> {
  const project = known?.project ?? (await readProject(tx))
  if (project === null) return null
  const [last] = await tx.query(
    'SELECT epoch FROM route_table ORDER BY epoch DESC LIMIT 1 FOR UPDATE',
  )
  const manifests = known?.manifests ?? (await readManifests(tx))
  const domains = (await readDomains(tx)).flatMap((domain): DomainState[] => {
    const service = manifests.get(domain.name)?.service
    if (service === undefined) return []
    const { name, phase, owner, term, hold } = domain
    return [{ domain: name, phase, owner, term, hold, service }]
  })
  const epoch = Number(last?.epoch ?? 0) + 1
  const table = compileRouteTable({ epoch, project, manifests: [...manifests.values()], domains })
  await tx.execute('INSERT INTO route_table (epoch, body) VALUES (?, ?)', [
    table.epoch,
    toJson(table),
  ])
  return table
}
